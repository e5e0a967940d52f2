from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged

from .common import WerthaltigkeitCase

COMPLETE = {"phone": "+49 30 23125100", "street": "Weg 1", "zip": "37079", "city": "Göttingen", "lang": "en_US"}


@tagged("post_install", "-at_install")
class TestDataCare(WerthaltigkeitCase):
    """Who comes on the work list, why, and what people do about it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.germany, cls.austria = cls.env.ref("base.de"), cls.env.ref("base.at")
        cls.company.country_id = cls.germany
        cls.env.ref("base.group_user")._apply_group(cls.env.ref("crm_werthaltigkeit.group_werthaltigkeit_data_care"))
        cls.complete = cls.env["res.partner"].create(
            {
                "name": "Alles Da KG",
                "is_company": True,
                "email": "da@alles.example",
                "country_id": cls.germany.id,
                "user_id": cls.user.id,
                "industry_id": cls.env["res.partner.industry"].search([], limit=1).id,
                **COMPLETE,
            }
        )
        cls.env["crm.touchpoint"].create({"partner_id": cls.complete.id, "note": "Called"})
        cls._capture()
        cls._value_run()

    @classmethod
    def _value_run(cls):
        cls.values._rebuild(cls.company)

    @classmethod
    def _care(cls):
        cls.env.flush_all()
        return cls.env["crm.computation"]._compute_now("data_care", cls.company)

    @classmethod
    def _row(cls, partner, company=None):
        return cls.env["crm.data.care"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", (company or cls.company).id)]
        )

    def _twin(self, partner, **vals):
        return partner.copy({"name": partner.name, "email": partner.email, "phone": partner.phone, **vals})

    def test_complete_contact_is_off_the_list(self):
        self._care()
        row = self._row(self.complete)
        self.assertRecordValues(
            row, [{"score": 1.0, "needs_care": False, "missing": False, "customer_type": "company"}]
        )
        self.assertFalse(row.defects)

    def test_missing_in_words_with_the_purpose(self):
        self._care()
        row = self._row(self.other)
        self.assertTrue(row.needs_care)
        self.assertIn("Phone (to call back), Street (for delivery and letters)", row.defects)
        self.assertNotIn("Industry", row.defects, "private persons have none")
        self.assertTrue(0 < row.score < 0.5)

    def test_what_is_not_necessary_lowers_the_score_only(self):
        self.complete.industry_id = False
        self._care()
        row = self._row(self.complete)
        self.assertFalse(row.needs_care)
        self.assertLess(row.score, 1.0)
        self.assertIn("Industry (to offer what fits)", row.defects)

    def test_vat_is_asked_of_companies_elsewhere_in_the_union(self):
        vat = self.env.ref("crm_werthaltigkeit.data_care_field_vat")
        self.complete.country_id = self.austria
        self._care()
        self.assertIn(vat, self._row(self.complete).missing_field_ids)
        self.complete.country_id = self.env.ref("base.ch")
        self._care()
        self.assertNotIn(vat, self._row(self.complete).missing_field_ids)

    def test_fields_are_rows(self):
        """A company that needs the website of its customers says so; an archived row asks no more."""
        field = self.env["crm.data.care.field"].create(
            {
                "name": "Website",
                "purpose": "to look them up",
                "field_name": "website",
                "customer_type": "company",
                "necessary": True,
            }
        )
        self._care()
        row = self._row(self.complete)
        self.assertTrue(row.needs_care)
        self.assertIn("Website (to look them up)", row.defects)
        self.assertIn(row, self.env["crm.data.care"].search([("missing_field_ids", "in", field.ids)]))
        self.assertIn(row, self.env["crm.data.care"].search([("missing_field_ids", "ilike", "websi")]))
        field.active = False
        self._care()
        self.assertFalse(self._row(self.complete).needs_care)

    def test_who_is_in(self):
        """Neither our own people and companies nor mere vendors or addresses; portal users are customers."""
        portal = new_test_user(self.env, "care_portal", groups="base.group_portal")
        address = self.env["res.partner"].create({"name": "Dock", "parent_id": self.customer.id, "type": "delivery"})
        vendor = self.env["res.partner"].create({"name": "Vendor", "supplier_rank": 1})
        archived = self.env["res.partner"].create({"name": "Gone", "active": False})
        self._care()
        for partner in (self.user.partner_id, self.company.partner_id, address, vendor, archived):
            self.assertFalse(self._row(partner), partner.name)
        self.assertTrue(self._row(portal.partner_id))
        self.assertEqual(self._row(self.contact).customer_type, "contact")
        self.other.active = False
        self._care()
        self.assertFalse(self._row(self.other), "rows of archived contacts go")

    def test_bounced_and_blacklisted(self):
        self.complete.message_bounce = 2
        self.env["mail.blacklist"].create({"email": self.other.email})
        self._care()
        self.assertEqual(self._row(self.complete).mail_state, "bounced")
        self.assertTrue(self._row(self.complete).needs_care)
        self.assertEqual(self._row(self.other).mail_state, "blacklisted")

    def test_outdated_by_the_months_of_the_company(self):
        self.env["crm.touchpoint"].search([("partner_id", "=", self.complete.id)]).date = "2020-05-01"
        self._value_run()
        self._care()
        row = self._row(self.complete)
        self.assertTrue(row.outdated)
        self.assertRegex(row.defects, "No contact for [0-9]+ months")
        self.company.werthaltigkeit_care_outdated_months = 240
        self._care()
        self.assertFalse(self._row(self.complete).outdated)

    def test_new_contact_without_touchpoint_is_not_outdated(self):
        self._care()
        self.assertFalse(self._row(self.other).outdated)
        self.env.cr.execute("UPDATE res_partner SET create_date = '2019-01-01' WHERE id = %s", [self.other.id])
        self._care()
        self.assertIn("No contact ever", self._row(self.other).defects)

    # -- duplicates ---------------------------------------------------------------------------------

    def test_duplicates_by_each_sign(self):
        create = self.env["res.partner"].create
        for reason, one, other in (
            ("email", {"email": "Info@Köhler.example"}, {"email": "info@köhler.example "}),
            ("phone", {"phone": "+49 551 123456"}, {"phone": "0049 551 123 456"}),
            ("vat", {"vat": "ATU12345675"}, {"vat": "ATU 12345675"}),
            ("name", {"name": "Köhler & Sohn GmbH", "zip": "37073"}, {"name": "Koehler und Sohn", "zip": "37073"}),
        ):
            with self.subTest(reason=reason):
                base = {"is_company": True, "country_id": self.germany.id}
                first, second = create(
                    [{"name": f"One {reason}", **base, **one}, {"name": f"Two {reason}", **base, **other}]
                )
                self.env.cr.execute("UPDATE res_partner SET vat = %s WHERE id = %s", [other.get("vat"), second.id])
                self.env.invalidate_all()
                self._care()
                rows = self._row(first) | self._row(second)
                self.assertEqual(rows.mapped("duplicate_reason"), [reason, reason])
                self.assertEqual(rows.duplicate_id, first)
                self.assertIn(f"Probably the same as {first.name}", self._row(second).defects)

    def test_a_company_and_its_people_are_no_duplicates(self):
        self.contact.write({"email": self.customer.email, "phone": "+49 551 1234"})
        self.customer.phone = "+49 551 1234"
        self._care()
        self.assertFalse(self._row(self.contact).duplicate_id)
        self._twin(self.contact, parent_id=self.customer.id)
        self._care()
        self.assertEqual(self._row(self.contact).duplicate_id, self.contact, "but two of its people may be")

    def test_a_family_shares_its_phone(self):
        one, two = self.env["res.partner"].create(
            [{"name": n, "phone": "+49 551 88"} for n in ("Otto Klug", "Ina Reh")]
        )
        self._care()
        self.assertFalse((self._row(one) | self._row(two)).duplicate_id)

    def test_a_switchboard_is_no_sign(self):
        partners = self.env["res.partner"].create([{"name": f"Nord {i}", "phone": "+49 551 99"} for i in range(12)])
        self._care()
        self.assertFalse(self._row(partners[0]).duplicate_id)

    def test_chain_is_one_group(self):
        one = self.env["res.partner"].create({"name": "K", "email": "k@k.example"})
        two = self.env["res.partner"].create({"name": "Lisa Kern", "email": "k@k.example", "phone": "+49 551 77777"})
        three = self.env["res.partner"].create({"name": "L. Kern", "phone": "+49 551 77777"})
        self._care()
        rows = self.env["crm.data.care"].search([("duplicate_id", "=", one.id)])
        self.assertEqual(rows.partner_id, one | two | three)
        self.assertEqual(self._row(two).duplicate_reason, "email,phone")

    def test_not_a_duplicate_stays_said(self):
        twin = self._twin(self.complete)
        self._care()
        row = self._row(self.complete).with_user(self.user)
        row.action_not_duplicate()
        self.assertFalse((row | self._row(twin)).duplicate_id)
        self.assertFalse(row.needs_care)
        self._care()
        self.assertFalse(row.duplicate_id)
        third = self._twin(self.complete)
        self._care()
        self.assertTrue(self._row(third).duplicate_id, "of a third nobody said so")
        with self.assertRaises(UserError):
            self._row(self.other).action_not_duplicate()

    def test_merge_with_the_merge_of_odoo(self):
        """The wizard opens on the group; afterwards one contact is left, off the list, and what was said stays."""
        twin = self._twin(self.complete)
        different = self._twin(self.other)
        self._care()
        self.env["crm.data.care.distinct"]._declare([twin.id, different.id])
        row = self._row(twin).with_user(self.user)
        self.user.group_ids |= self.env.ref("base.group_partner_manager")
        action = row.action_merge()
        wizard = Form(self.env[action["res_model"]].with_user(self.user).with_context(**action["context"])).save()
        self.assertEqual(wizard.partner_ids, self.complete | twin)
        self.assertEqual(wizard.dst_partner_id, self.complete)
        wizard.action_merge()
        self.env.invalidate_all()
        self.assertFalse(twin.exists())
        self.assertRecordValues(self._row(self.complete), [{"duplicate_id": False, "needs_care": False}])
        pair = self.env["crm.data.care.distinct"].search([("partner_id", "in", (self.complete | different).ids)])
        self.assertEqual(pair.partner_id | pair.other_id, self.complete | different)

    def test_merge_of_two_that_were_declared_different(self):
        twin = self._twin(self.complete)
        self._care()
        self._row(twin).action_not_duplicate()
        self.env["base.partner.merge.automatic.wizard"]._merge([self.complete.id, twin.id], self.complete)
        self.assertFalse(self.env["crm.data.care.distinct"].search([("partner_id", "=", self.complete.id)]))

    # -- work ----------------------------------------------------------------------------------------

    def test_checked_hides_for_months(self):
        self._care()
        row = self._row(self.other).with_user(self.user)
        row.action_mark_checked()
        self.assertRecordValues(row, [{"needs_care": False, "checked_by_id": self.user.id}])
        self._care()
        self.assertFalse(row.needs_care, "the night does not bring it back")
        row.sudo().hidden_until = "2020-01-01"
        self._care()
        self.assertTrue(row.needs_care, "the months are over")
        row.action_mark_checked()
        row.action_mark_unchecked()
        self.assertRecordValues(row, [{"needs_care": True, "checked_on": False}])

    def test_look_again_after_repair(self):
        self._care()
        row = self._row(self.other).with_user(self.user)
        self.other.write(COMPLETE)
        row.action_recheck()
        self.assertFalse(row.needs_care)

    def test_update_of_what_changed(self):
        """Within minutes the list follows, without anybody asking."""
        self._care()
        self.other.write({**COMPLETE, "phone": "+49 551 20000"})
        new = self.env["res.partner"].create({"name": "New One"})
        self.env.flush_all()
        self.env["crm.data.care.engine"]._update(self.company)
        self.assertFalse(self._row(self.other).needs_care)
        self.assertTrue(self._row(new).needs_care)

    def test_idempotent(self):
        self._twin(self.complete)
        self._care()
        before = self.env["crm.data.care"].search([]).read()
        self._care()
        self.env.invalidate_all()
        self.assertEqual(self.env["crm.data.care"].search([]).read(), before)

    def test_switched_off_computes_nothing(self):
        computations = self.env["crm.computation"]
        self.assertTrue(computations._request("data_care", self.company))
        group = self.env.ref("crm_werthaltigkeit.group_werthaltigkeit_data_care")
        self.env.ref("base.group_user")._remove_group(group)
        computations.search([]).unlink()
        self.assertFalse(computations._request("data_care", self.company))
        settings = self.env["res.config.settings"].create({"group_werthaltigkeit_data_care": True})
        settings.set_values()
        self.assertEqual(
            computations.search([]).company_id, self.env["res.company"].search([("parent_id", "=", False)])
        )

    def test_cron(self):
        computation = self.env["crm.computation"]._request("data_care", self.company, self.manager)
        with self.enter_registry_test_mode():
            self.env.ref("crm_werthaltigkeit.ir_cron_computation").method_direct_trigger()
        self.assertEqual(computation.state, "done")
        self.assertEqual(
            computation.row_count, self.env["crm.data.care"].search_count([("company_id", "=", self.company.id)])
        )

    def test_defects_are_counted_by_kind(self):
        self._twin(self.complete)
        self._care()
        defects = self.env["crm.data.care.defect"]
        counts = dict(defects._read_group([("company_id", "=", self.company.id)], ["kind"], ["__count"]))
        self.assertEqual(counts["duplicate"], self.env["crm.data.care"].search_count([("duplicate_id", "!=", False)]))
        phone = self.env.ref("crm_werthaltigkeit.data_care_field_phone")
        found = defects.search([("field_id", "=", phone.id)])
        self.assertEqual(
            found.partner_id, self.env["crm.data.care"].search([("missing_field_ids", "in", phone.ids)]).partner_id
        )
        self.assertEqual(found[0].action_open_contact()["res_id"], found[0].partner_id.id)

    def test_two_companies(self):
        """A shared contact is cared for where somebody deals with it, a company's own only there."""
        foreign = self.env["res.company"].create({"name": "Foreign"})
        own = self.env["res.partner"].create({"name": "Own Of Foreign", "company_id": foreign.id})
        twin = self._twin(self.complete, company_id=foreign.id)
        self._care()
        self.env["crm.computation"]._compute_now("data_care", foreign)
        self.assertFalse(self._row(own))
        self.assertTrue(self._row(own, foreign))
        self.assertFalse(self._row(self.complete, foreign), "known here only")
        self.assertFalse(self._row(self.complete).duplicate_id, "nor is it compared with a foreign contact")
        self.assertFalse(self.env["crm.data.care"].with_user(self.user).search([("company_id", "=", foreign.id)]))
        with self.assertRaises(AccessError):
            self._row(twin, foreign).with_user(self.user).action_mark_checked()

    def test_queries_of_the_list(self):
        """Words and groups of a page come in a fixed number of queries."""
        partners = self.env["res.partner"].create(
            [{"name": f"P{i}", "email": f"p{i // 2}@p.example"} for i in range(60)]
        )
        self._care()
        specification = {name: {} for name in ("defects", "score", "value_class")} | {
            "partner_id": {"fields": {"display_name": {}}},
            "user_id": {"fields": {"display_name": {}}},
        }
        rows = self.env["crm.data.care"].with_user(self.user)
        domain = [("partner_id", "in", partners.ids)]
        rows.web_search_read(domain, specification, limit=80)
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            rows.web_search_read(domain, specification, limit=80)


@tagged("post_install", "-at_install")
class TestDataCareTour(WerthaltigkeitCase, HttpCase):
    """In a browser, as a salesperson."""

    def test_work_list(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.user.lang = "en_US"
        self.env.ref("base.group_user")._apply_group(self.env.ref("crm_werthaltigkeit.group_werthaltigkeit_data_care"))
        twins = self.env["res.partner"].create(
            [{"name": name, "email": "twin@twin.example"} for name in ("Twin One", "Twin Two")]
        )
        self.env.flush_all()
        self.env["crm.computation"]._compute_now("data_care", self.company)
        self.start_tour(
            "/odoo/action-crm_werthaltigkeit.crm_data_care_action",
            "crm_werthaltigkeit_data_care",
            login=self.user.login,
        )
        self.assertTrue(self.env["crm.data.care.distinct"].search([("partner_id", "in", twins.ids)]))
