from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import WerthaltigkeitCase


@tagged("post_install", "-at_install")
class TestTouchpointEngine(WerthaltigkeitCase):
    def test_order_becomes_touchpoint_of_the_customer(self):
        """The order of a contact is in the history of its company, with amount, person and document."""
        order = self._order(self.contact, [(self.tyres, 4)], user_id=self.user.id)
        self._capture()
        touchpoint = self._touchpoints(self.customer, "order")
        self.assertRecordValues(
            touchpoint,
            [
                {
                    "partner_id": self.contact.id,
                    "commercial_partner_id": self.customer.id,
                    "amount": 400.0,
                    "user_id": self.user.id,
                    "res_model": "sale.order",
                    "res_id": order.id,
                    "stage": "purchase",
                    "direction": "in",
                    "approximate": False,
                    "company_id": order.company_id.id,
                    "currency_id": order.currency_id.id,
                }
            ],
        )
        self.assertEqual(touchpoint.action_open_document()["res_id"], order.id)

    def test_running_twice_changes_nothing(self):
        self._order(self.customer, [(self.tyres, 1)])
        self.assertGreater(self._capture(), 0)
        before = self._touchpoints(self.customer).read(["write_date"])
        self.assertEqual(self._capture(), 0)
        self.assertEqual(self._touchpoints(self.customer).read(["write_date"]), before)

    def test_second_order_is_a_repeat_purchase(self):
        """Which purchase came first is seen even when it is captured later."""
        self._order(self.customer, [(self.tyres, 1)], days_ago=1)
        self._capture()
        self._order(self.customer, [(self.tyres, 1)], days_ago=9)
        self._capture()
        self.assertEqual(self._touchpoints(self.customer, "order").mapped("stage"), ["repeat", "purchase"])

    def test_offer_stays_and_cancelling_adds(self):
        order = self._order(self.customer, [(self.tyres, 1)], confirm=False)
        order.action_quotation_sent()
        self._capture()
        self.assertEqual(self._touchpoints(self.customer).kind_id.mapped("code"), ["offer"])
        order.action_confirm()
        self._capture()
        order._action_cancel()
        self._capture()
        self.assertCountEqual(
            self._touchpoints(self.customer).kind_id.mapped("code"), ["offer", "order", "cancellation"]
        )
        self.assertFalse(self._touchpoints(self.customer, "cancellation").approximate)

    def test_offer_of_the_past_is_found_through_its_message(self):
        """An order confirmed long ago was an offer first: Odoo's tracking message says so."""
        order = self._order(self.customer, [(self.tyres, 1)])
        order.message_post(body="sent", subtype_xmlid="sale.mt_order_sent")
        self._source("quotation").action_read_again()
        self._capture()
        offer = self._touchpoints(self.customer, "offer")
        self.assertEqual(offer.date, order.create_date)

    def test_offer_mailed_in_the_past_is_found(self):
        """Odoo's composer sets "sent" without tracking: its mail tells that there was an offer; a confirmation is none."""
        layout = "mail.mail_notification_layout_with_responsible_signature"
        mailed, confirmed = (self._order(partner, [(self.tyres, 1)]) for partner in (self.customer, self.other))
        mailed.message_post(
            body="Your offer", message_type="comment", subtype_xmlid="mail.mt_comment", email_layout_xmlid=layout
        )
        confirmed.message_post(
            body="Your order", message_type="notification", subtype_xmlid="mail.mt_comment", email_layout_xmlid=layout
        )
        self._source("quotation").action_read_again()
        self._capture()
        self.assertTrue(self._touchpoints(self.customer, "offer"))
        self.assertFalse(self._touchpoints(self.other, "offer"))

    def test_cancellation_of_the_past_is_approximate(self):
        self._order(self.customer, [(self.tyres, 1)])._action_cancel()
        self._source("order_cancelled").action_read_again()
        self._capture()
        cancellation = self._touchpoints(self.customer, "cancellation")
        self.assertTrue(cancellation.approximate)
        moment = cancellation.date
        self.env["sale.order"].browse(cancellation.res_id).note = "later change"
        self._capture()
        self.assertEqual(self._touchpoints(self.customer, "cancellation").date, moment, "the moment first seen stays")

    def test_deleted_record_takes_its_touchpoint(self):
        lead = self.env["crm.lead"].create({"name": "Fleet", "partner_id": self.customer.id})
        self._capture()
        self.assertTrue(self._touchpoints(self.customer, "enquiry"))
        self.values._rebuild(self.company)
        lead.unlink()
        self.engine._refresh()
        self.assertFalse(self._touchpoints(self.customer, "enquiry"))
        self.assertTrue(self._value(self.customer).stale, "its customer is computed anew")

    def test_prospect_moves_along_on_conversion(self):
        """What happened on a lead without a contact belongs to the customer it becomes."""
        lead = self.env["crm.lead"].create({"name": "Website", "email_from": "new@example.com", "type": "lead"})
        lead.message_post(body="Hello", message_type="email", email_from="new@example.com", author_id=False)
        self._capture()
        touchpoints = self.env["crm.touchpoint"].search([("lead_id", "=", lead.id)])
        self.assertEqual(touchpoints.kind_id.mapped("code"), ["contact", "enquiry"])
        self.assertFalse(touchpoints.partner_id)
        lead.convert_opportunity(self.other)
        self._capture()
        touchpoints.invalidate_recordset()
        self.assertEqual(touchpoints.commercial_partner_id, self.other)

    def test_mails_in_and_out(self):
        """Mails reach the history by their document, outgoing ones by whom they notified; notes do not."""
        order = self._order(self.customer, [(self.tyres, 1)], confirm=False)
        order.message_post(
            body="Question",
            message_type="email",
            author_id=self.contact.id,
            subject="When?",
            subtype_xmlid="mail.mt_comment",
        )
        order.message_post(body="note to ourselves", subtype_xmlid="mail.mt_note")
        answer = order.with_user(self.manager).message_post(
            body="Tomorrow",
            partner_ids=self.contact.ids,
            message_type="comment",
            subject="Re: When?",
            subtype_xmlid="mail.mt_comment",
        )
        answer.sudo().notification_ids.write({"notification_type": "email", "notification_status": "sent"})
        self._capture()
        mails = self._touchpoints(self.customer, "contact")
        self.assertCountEqual(mails.mapped("direction"), ["in", "out"])
        out = mails.filtered(lambda t: t.direction == "out")
        self.assertRecordValues(
            out,
            [
                {
                    "partner_id": self.contact.id,
                    "user_id": self.manager.id,
                    "res_model": "sale.order",
                    "res_id": order.id,
                }
            ],
        )
        self.assertEqual(out.summary, "Re: When?")
        self.assertGreater(out.cost, 0)

    def test_template_mail_of_an_order_is_the_offer(self):
        order = self._order(self.customer, [(self.tyres, 1)], confirm=False)
        message = order.message_post(
            body="Your quotation",
            partner_ids=self.contact.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            email_layout_xmlid="mail.mail_notification_layout_with_responsible_signature",
        )
        message.sudo().notification_ids.write({"notification_type": "email", "notification_status": "sent"})
        order.action_quotation_sent()
        self._capture()
        self.assertEqual(self._touchpoints(self.customer).kind_id.mapped("code"), ["offer"])

    def test_private_and_internal_threads_never_enter(self):
        """Neither mails between colleagues nor threads of other models."""
        self._capture()
        count = self.env["crm.touchpoint"].search_count([])
        self.user.partner_id.message_post(body="Hi", message_type="email", author_id=self.manager.partner_id.id)
        channel = self.env["discuss.channel"].create({"name": "private"})
        channel.message_post(body="Hi", message_type="email", author_id=self.contact.id)
        self._capture()
        self.assertEqual(self.env["crm.touchpoint"].search_count([]), count)

    def test_meeting_counts_once_it_took_place(self):
        start = datetime.now().replace(microsecond=0) + timedelta(hours=2)
        meeting = self.env["calendar.event"].create(
            {
                "name": "Fleet talk",
                "start": start,
                "stop": start + timedelta(minutes=90),
                "partner_ids": [(6, 0, self.contact.ids)],
            }
        )
        self._capture()
        self.assertFalse(self._touchpoints(self.customer, "meeting"))
        meeting.write({"start": start - timedelta(hours=4), "stop": start - timedelta(hours=2, minutes=30)})
        self._capture()
        touchpoint = self._touchpoints(self.customer, "meeting")
        self.assertEqual(
            (touchpoint.res_model, touchpoint.res_id, touchpoint.minutes), ("calendar.event", meeting.id, 90.0)
        )
        meeting.write({"start": start, "stop": start + timedelta(minutes=90)})
        self._capture()
        self.assertFalse(self._touchpoints(self.customer, "meeting"), "moved into the future, it has not happened")

    def test_done_call_and_rating(self):
        order = self._order(self.customer, [(self.tyres, 1)], confirm=False)
        order.activity_schedule("mail.mail_activity_data_call", user_id=self.env.uid).action_feedback("reached her")
        self.env["rating.rating"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("sale.order"),
                "res_id": order.id,
                "partner_id": self.contact.id,
                "rating": 5,
                "consumed": True,
                "feedback": "great",
            }
        )
        self._capture()
        call = self._touchpoints(self.customer, "contact")
        self.assertEqual((call.channel_id, call.direction), (self._channel("phone"), "out"))
        rating = self._touchpoints(self.customer, "rating")
        self.assertEqual((rating.satisfaction, rating.summary), ("good", "great"))

    def test_annotation_survives_reading_again(self):
        order = self._order(self.customer, [(self.tyres, 1)])
        self._capture()
        touchpoint = self._touchpoints(self.customer, "order").with_user(self.user)
        touchpoint.write({"satisfaction": "bad", "note": "was angry", "minutes": 12})
        self._source("order").action_read_again()
        order.user_id = self.manager
        self._capture()
        self.assertRecordValues(
            self._touchpoints(self.customer, "order"),
            [{"satisfaction": "bad", "note": "was angry", "minutes": 12.0, "user_id": self.manager.id}],
        )

    def test_captured_touchpoints_are_read_only(self):
        self._order(self.customer, [(self.tyres, 1)])
        self._capture()
        touchpoint = self._touchpoints(self.customer, "order")
        for user in (self.user, self.manager, self.env.ref("base.user_admin")):
            record = touchpoint.with_user(user)
            with self.assertRaises(AccessError):
                record.date = "2020-01-01"
            with self.assertRaises(UserError):
                record.unlink()
        with self.assertRaises(AccessError):
            self.env["crm.touchpoint"].with_user(self.manager).create(
                {"partner_id": self.customer.id, "source_id": self._source("order").id, "record_id": 1}
            )

    def test_faulty_row_stops_nobody(self):
        """A bad row is set aside with its reason; a row of a missing app is not an error."""
        bad = self._source("lead")
        bad.write({"partner_path": "partner_id.no_such_field"})
        with self.assertRaises(ValidationError):
            self._source("invoice").domain = "[('state', '='"
        worse = self._source("payment")
        worse.write({"minutes_path": "name"})
        self._order(self.customer, [(self.tyres, 1)])
        self.env["account.payment"].create(
            {"payment_type": "inbound", "partner_type": "customer", "partner_id": self.customer.id, "amount": 5}
        ).action_post()
        with (
            self.assertLogs("odoo.addons.crm_werthaltigkeit.models.crm_touchpoint_engine", "WARNING"),
            self.assertLogs("odoo.sql_db", "ERROR"),
        ):
            self._capture()
        self.assertEqual(bad.state, "missing")
        self.assertIn("no_such_field", bad.reason)
        self.assertEqual(worse.state, "faulty")
        self.assertTrue(worse.reason)
        self.assertTrue(self._touchpoints(self.customer, "order"))
        bad.partner_path = "partner_id"
        self._capture()
        self.assertEqual(bad.state, "live")

    def test_poison_record_is_set_aside_alone(self):
        """One record that cannot be written does not keep the others out."""
        leads = self.env["crm.lead"].create([{"name": f"Lead {i}", "partner_id": self.customer.id} for i in range(8)])
        source = self._source("lead")
        source.write({"minutes_path": "probability", "minutes_factor": 1})
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE crm_touchpoint ADD CONSTRAINT poison CHECK (minutes IS NULL OR minutes < 99)")
        leads.write({"probability": 10})
        leads[3].write({"probability": 99})
        with self.assertLogs("odoo.sql_db", "ERROR"):
            self._capture()
        captured = self.env["crm.touchpoint"].search([("source_id", "=", source.id), ("record_id", "in", leads.ids)])
        self.assertEqual(set(captured.mapped("record_id")), set((leads - leads[3]).ids))
        self.assertEqual((source.state, source.skipped_count), ("live", 1))
        self.assertIn(str(leads[3].id), source.reason)

    def test_missing_app_appears_with_its_model(self):
        source = self.env["crm.touchpoint.source"].create(
            {
                "name": "Visits",
                "model": "no.such.model",
                "kind_id": self._kind("visit").id,
                "direction": "out",
                "partner_path": "partner_id",
            }
        )
        self._capture()
        self.assertEqual(source.state, "missing")
        source.write({"model": "crm.lead", "date_path": "create_date"})
        self.env["crm.lead"].create({"name": "A visit", "partner_id": self.customer.id})
        self._capture()
        self.assertEqual(source.state, "live")
        self.assertTrue(self._touchpoints(self.customer, "visit"))

    def test_past_is_read_in_batches_that_resume(self):
        """A run that dies between two batches goes on where it stopped; nothing doubles, nothing is lost."""
        leads = self.env["crm.lead"].create([{"name": f"Lead {i}", "partner_id": self.customer.id} for i in range(25)])
        source = self._source("lead")
        source.action_read_again()
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM crm_touchpoint WHERE source_id = %s", [source.id])
        engine = type(self.engine)
        path = "odoo.addons.crm_werthaltigkeit.models.crm_touchpoint_engine.BATCH"
        insert, calls = engine._insert, []

        def dying(model, source, ids, past=False):
            calls.append(ids)
            if len(calls) == 3:
                raise KeyboardInterrupt  # killed: nothing catches it
            return insert(model, source, ids, past)

        with patch(path, 4), patch.object(engine, "_insert", dying), self._killed():
            self._capture()
        self.assertTrue(source.last_id)
        reached = self.env["crm.touchpoint"].search_count([("source_id", "=", source.id)])
        with patch(path, 4):
            self._capture()
        touchpoints = self.env["crm.touchpoint"].search([("source_id", "=", source.id), ("record_id", "in", leads.ids)])
        self.assertEqual(len(touchpoints), 25)
        self.assertLess(reached, 25)
        self.assertEqual(source.state, "live")

    def test_changed_rates_value_the_history_anew(self):
        self.env["crm.touchpoint"].create(
            {"partner_id": self.customer.id, "channel_id": self._channel("phone").id, "minutes": 30}
        )
        self._channel("phone").write({"cost_per_contact": 1.0, "cost_per_hour": 40.0})
        self._capture()
        self.assertEqual(self._touchpoints(self.customer).cost, 21.0)

    def test_confirming_an_order_costs_no_query_more(self):
        """Nothing of this addon runs in Odoo's own flows."""
        order = self._order(self.customer, [(self.tyres, 1)], confirm=False)
        self.env.flush_all()
        statements = []
        cursor = type(self.env.cr)
        execute = cursor.execute

        def spy(cr, query, params=None, log_exceptions=True):
            statements.append(str(getattr(query, "code", query)))
            return execute(cr, query, params, log_exceptions)

        with patch.object(cursor, "execute", spy):
            order.action_confirm()
            self.env.flush_all()
        self.assertTrue(statements)
        ours = [
            statement
            for statement in statements
            if "crm_touchpoint" in statement or "crm_customer_value" in statement or "crm_consent" in statement
        ]
        self.assertEqual(ours, [])

    def test_follow_up_goes_with_its_touchpoint(self):
        """An activity planned on a touchpoint does not outlive it."""
        lead = self.env["crm.lead"].create({"name": "Fleet", "partner_id": self.customer.id})
        self._capture()
        activity = self._touchpoints(self.customer, "enquiry").activity_schedule(
            "mail.mail_activity_data_call", user_id=self.user.id
        )
        lead.unlink()
        with self.enter_registry_test_mode():
            self.env.ref("crm_werthaltigkeit.ir_cron_touchpoint_clean").method_direct_trigger()
        self.assertFalse(activity.exists())
        self.assertFalse(self._touchpoints(self.customer, "enquiry"))

    def test_crons_run(self):
        """The jobs as Odoo's scheduler calls them."""
        self._order(self.customer, [(self.tyres, 1)])
        self.env["crm.customer.value"].with_user(self.manager).action_recompute()
        with self.enter_registry_test_mode():
            for name in ("touchpoint", "touchpoint_clean", "value_rebuild", "value"):
                self.env.ref(f"crm_werthaltigkeit.ir_cron_{name}").method_direct_trigger()
        self.assertTrue(self._touchpoints(self.customer, "order"))
        self.assertEqual(self._value(self.customer).revenue, 100.0)
        self.assertEqual(set(self.env["crm.value.run"].search([]).mapped("state")), {"done"})
