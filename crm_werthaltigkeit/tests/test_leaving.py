from psycopg2 import IntegrityError

from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import WerthaltigkeitCase


@tagged("post_install", "-at_install")
class TestLeaving(WerthaltigkeitCase):
    """Why customers left and to whom: from lost opportunities and from what they say in contacts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chain = cls.env["crm.competitor"].create({"name": "Workshop Chain"})
        cls.price = cls.env["crm.lost.reason"].create({"name": "Price"})

    def _rows(self, user=None):
        self.env.flush_all()
        report = self.env["crm.leaving.report"].with_user(user or self.user)
        return report.search([("commercial_partner_id", "=", self.customer.id)])

    def _lose(self, user, **vals):
        lead = self.env["crm.lead"].create(
            {
                "name": "Winter tyres",
                "type": "opportunity",
                "partner_id": self.customer.id,
                "expected_revenue": 400,
                "user_id": user.id,
            }
        )
        wizard = Form(self.env["crm.lead.lost"].with_user(user).with_context(default_lead_ids=lead.ids))
        wizard.lost_reason_id = self.price
        wizard.competitor_id = self.chain
        wizard.save().action_lost_reason_apply()
        return lead

    def test_lost_opportunity(self):
        lead = self._lose(self.user)
        self.assertEqual(lead.werthaltigkeit_competitor_id, self.chain)
        row = self._rows()
        self.assertEqual(
            (row.origin, row.lost_reason_id, row.competitor_id, row.expected_revenue),
            ("lead", self.price, self.chain, 400),
        )
        self.assertEqual(row.action_open()["res_id"], lead.id)

    def test_said_in_a_contact(self):
        with Form(
            self.env["crm.touchpoint"].with_user(self.user).with_context(default_partner_id=self.customer.id),
            view="crm_werthaltigkeit.crm_touchpoint_view_form_log",
        ) as form:
            form.channel_id = self.env.ref("crm_werthaltigkeit.touchpoint_channel_phone")
            form.left_us = True
            form.lost_reason_id = self.price
            form.competitor_id = self.chain
        row = self._rows()
        self.assertEqual((row.origin, row.lost_reason_id, row.competitor_id), ("contact", self.price, self.chain))
        self.assertEqual(row.action_open()["res_model"], "crm.touchpoint")

    def test_own_opportunities_only_where_odoo_says_so(self):
        self._lose(self.manager)
        other = new_test_user(self.env, "leaving_sales", groups="sales_team.group_sale_salesman")
        self.assertFalse(self._rows(other))
        self.assertTrue(self._rows(self.manager))

    def test_deleted_reasons_leave_contacts(self):
        touchpoint = self.env["crm.touchpoint"].create(
            {
                "partner_id": self.customer.id,
                "channel_id": self.env.ref("crm_werthaltigkeit.touchpoint_channel_phone").id,
                "lost_reason_id": self.price.id,
                "competitor_id": self.chain.id,
            }
        )
        self.env.flush_all()
        self.price.unlink()
        self.assertFalse(touchpoint.lost_reason_id)
        self.chain.unlink()
        self.assertFalse(self._rows())

    def test_one_name_once(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.env["crm.competitor"].create({"name": "WORKSHOP chain"})

    def test_other_companies_stay_outside(self):
        second = self.env["res.company"].create({"name": "Second Workshop"})
        theirs = self.env["crm.competitor"].create({"name": "Far Away", "company_id": second.id})
        found = self.env["crm.competitor"].with_user(self.user).search([])
        self.assertIn(self.chain, found)
        self.assertNotIn(theirs, found)
