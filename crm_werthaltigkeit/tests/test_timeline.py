from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged, users

from .common import WerthaltigkeitCase


@tagged("post_install", "-at_install")
class TestTimeline(WerthaltigkeitCase):
    """What the history shows in one call."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.phone = cls.env.ref("crm_werthaltigkeit.touchpoint_channel_phone")
        cls.letter = cls.env.ref("crm_werthaltigkeit.touchpoint_channel_letter")
        cls.complaint = cls.env.ref("crm_werthaltigkeit.touchpoint_kind_complaint")
        cls.contact_kind = cls.env.ref("crm_werthaltigkeit.touchpoint_kind_contact")
        cls.touchpoints = cls.env["crm.touchpoint"].create(
            [
                cls._contact_vals(
                    "2024-12-31 23:30:00", cls.contact_kind, cls.phone, "good", partner_id=cls.contact.id
                ),
                cls._contact_vals("2025-03-01 10:00:00", cls.contact_kind, cls.letter, "bad", direction="out"),
                cls._contact_vals("2026-01-02 10:00:00", cls.complaint, cls.phone, False),
            ]
        )

    @classmethod
    def _contact_vals(cls, date, kind, channel, satisfaction, **vals):
        base = {
            "partner_id": cls.customer.id,
            "date": date,
            "kind_id": kind.id,
            "channel_id": channel.id,
            "direction": "in",
        }
        return {**base, "satisfaction": satisfaction, **vals}

    def _timeline(self, filters=None, **kwargs):
        return self.env["crm.touchpoint"].get_timeline(self.customer.id, filters, **kwargs)

    def _counts(self, result, facet):
        return {choice["value"]: choice["count"] for choice in result["facets"][facet]}

    @users("wert_user")
    def test_one_history_for_company_and_contacts(self):
        """Company and contact show the same lines, newest first; the person is named where it is not the company."""
        for partner in (self.customer, self.contact):
            result = self.env["crm.touchpoint"].get_timeline(partner.id)
            self.assertEqual([line["id"] for line in result["lines"]], self.touchpoints[::-1].ids)
            self.assertEqual([line["contact"] for line in result["lines"]], ["", "", "Anna Sommer"])
        self.assertEqual(result["count"], 3)

    @users("wert_user")
    def test_facets_count_with_all_other_filters(self):
        result = self._timeline({"channel": self.phone.id})
        self.assertEqual(result["count"], 2)
        self.assertEqual(result["count_all"], 3)
        self.assertEqual(self._counts(result, "kind"), {self.contact_kind.id: 1, self.complaint.id: 1})
        self.assertEqual(self._counts(result, "channel"), {self.phone.id: 2, self.letter.id: 1})
        self.assertEqual(self._counts(result, "satisfaction"), {"good": 1})
        self.assertEqual(result["facets"]["unrated"], 1)

    @users("wert_user")
    def test_filter_without_a_match_can_be_taken_back(self):
        result = self._timeline({"kind": self.complaint.id, "satisfaction": "bad"})
        self.assertEqual((result["count"], result["lines"]), (0, []))
        self.assertEqual(self._counts(result, "kind"), {self.contact_kind.id: 1, self.complaint.id: 0})

    @users("wert_user")
    def test_false_means_not_rated(self):
        self.assertEqual(
            [line["id"] for line in self._timeline({"satisfaction": False})["lines"]], self.touchpoints[2].ids
        )

    @users("wert_user")
    def test_year_is_counted_in_the_time_zone_of_the_reader(self):
        model = self.env["crm.touchpoint"].with_context(tz="Europe/Berlin")
        result = model.get_timeline(self.customer.id, {"year": 2025})
        self.assertEqual(result["count"], 2)
        self.assertEqual(self._counts(result, "year"), {2026: 1, 2025: 2})

    @users("wert_user")
    def test_pages_do_not_overlap(self):
        first, second = self._timeline(limit=2), self._timeline(offset=2, limit=2)
        self.assertEqual([line["id"] for line in first["lines"] + second["lines"]], self.touchpoints[::-1].ids)
        self.assertEqual((first["count"], second["count"]), (3, 3))

    def test_history_of_a_prospect(self):
        lead = self.env["crm.lead"].create({"name": "Heat pump", "contact_name": "Olaf Lenz"})
        self.env["crm.touchpoint"].create({"lead_id": lead.id, "note": "Asks for an offer"})
        result = self.env["crm.touchpoint"].get_timeline(False, lead_id=lead.id)
        self.assertEqual(
            [(line["contact"], line["summary"]) for line in result["lines"]], [("Olaf Lenz", "Asks for an offer")]
        )

    def test_text_of_a_source_is_for_its_readers_only(self):
        """Who may not read the order sees that it happened, not its text."""
        self._order(self.customer, [(self.tyres, 1)], user_id=self.manager.id)
        self._capture()
        reader = new_test_user(self.env, "wert_reader", groups="crm_werthaltigkeit.group_werthaltigkeit_user")
        kind = self.env.ref("crm_werthaltigkeit.touchpoint_kind_order")
        for user, readable in ((self.manager, True), (reader, False)):
            lines = (
                self.env["crm.touchpoint"].with_user(user).get_timeline(self.customer.id, {"kind": kind.id})["lines"]
            )
            self.assertEqual([bool(line["summary"]) for line in lines], [readable])

    def test_only_authors_and_managers_edit(self):
        mine = self.env["crm.touchpoint"].with_user(self.user).create({"partner_id": self.customer.id})
        lines = self.env["crm.touchpoint"].with_user(self.user).get_timeline(self.customer.id)["lines"]
        self.assertEqual([line["id"] for line in lines if line["editable"]], mine.ids)

    def test_closed_to_people_without_customer_contact(self):
        stranger = new_test_user(self.env, "wert_stranger", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.env["crm.touchpoint"].with_user(stranger).get_timeline(self.customer.id)

    def test_queries_do_not_grow_with_the_lines(self):
        def queries(limit):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            model = self.env["crm.touchpoint"].with_user(self.user)
            self.assertEqual(len(model.get_timeline(self.customer.id, limit=limit)["lines"]), limit)
            return self.env.cr.sql_log_count - before

        now = fields.Datetime.now()
        self.env["crm.touchpoint"].create(
            [self._contact_vals(now - timedelta(days=days), self.contact_kind, self.phone, False) for days in range(60)]
        )
        queries(5)
        self.assertLessEqual(queries(50), queries(5))
        self.assertLess(queries(50), 25)

    def test_call_is_logged_with_phone_and_direction(self):
        lead = self.env["crm.lead"].create({"name": "Brakes", "partner_id": self.contact.id})
        context = self.env["crm.touchpoint"].with_user(self.user).action_log_call(lead_id=lead.id)["context"]
        self.assertEqual(context["default_partner_id"], self.contact.id)
        self.assertEqual(context["default_lead_id"], lead.id)
        self.assertEqual(context["default_channel_id"], self.phone.id)
        self.assertEqual(context["default_direction"], "out")


@tagged("post_install", "-at_install")
class TestConcentration(WerthaltigkeitCase):
    """How much hangs on few customers, in one call."""

    def _concentration(self, user=None):
        return self.env["crm.customer.value"].with_user(user or self.user).with_company(self.shop).get_concentration()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls.env["res.company"].create({"name": "Concentration Ltd"})
        (cls.user | cls.manager).company_ids |= cls.shop

    def _customer(self, name, value, value_class, **vals):
        partner = self.env["res.partner"].create({"name": name}) if name else self.env["res.partner"]
        return self.env["crm.customer.value"].create(
            {
                "partner_id": partner.id,
                "company_id": self.shop.id,
                "currency_id": self.shop.currency_id.id,
                "rank_value": value,
                "rank_basis": "db1",
                "value_class": value_class,
                **vals,
            }
        )

    def test_empty(self):
        result = self._concentration()
        self.assertEqual(result["customers"], 0)
        self.assertEqual(result["company"], "Concentration Ltd")

    def test_curve_classes_and_sentence(self):
        """One of five customers brings 80 % of the margin; who brings a loss pulls the curve down."""
        for name, value, value_class in (
            ("A1", 800, "A"),
            ("B1", 150, "B"),
            ("C1", 40, "C"),
            ("C2", 10, "C"),
            ("C3", -100, "C"),
        ):
            self._customer(name, value, value_class)
        result = self._concentration()
        self.assertEqual((result["few"], result["customers"], result["part"]), (1, 5, 0.8))
        self.assertEqual(result["basis"], "db1")
        self.assertEqual(
            [(row["name"], row["customers"], row["value"]) for row in result["classes"]],
            [("A", 1, 800.0), ("B", 1, 150.0), ("C", 3, -50.0)],
        )
        self.assertEqual(result["bands"][0], {"name": "A", "start": 0.0, "end": 0.2})
        self.assertEqual(result["bands"][-1]["end"], 1.0)
        self.assertEqual([round(y, 2) for _x, y in result["points"]], [0.0, 0.8, 0.95, 0.99, 1.0, 0.9])
        self.assertEqual((result["losses"]["customers"], result["losses"]["value"]), (1, -100.0))

    def test_every_domain_opens_as_many_records_as_its_number_says(self):
        self._customer("A1", 800, "A", value_class_manual="A", override_reason="Key account")
        self._customer("C1", -5, "C")
        self._customer("Objected", 50, False, no_profiling=True)
        self._customer("Only talked to", 0, False)
        self._customer(False, 900, False, anonymous=True)
        result = self._concentration()
        count = self.env["crm.customer.value"].with_user(self.user).with_company(self.shop).search_count
        self.assertEqual(result["customers"], 3)
        self.assertEqual(count(result["domain"]), 3)
        for row in (*result["classes"], result["losses"], result["manual"]):
            self.assertEqual(count(row["domain"]), row["customers"])
        self.assertEqual([row["name"] for row in result["classes"]], ["A", "C", ""])
        self.assertEqual(result["manual"]["customers"], 1)

    def test_branch_shows_its_root(self):
        self._customer("A1", 10, "A")
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.shop.id})
        self.user.company_ids |= branch
        result = self.env["crm.customer.value"].with_user(self.user).with_company(branch).get_concentration()
        self.assertEqual((result["company"], result["customers"]), ("Concentration Ltd", 1))
