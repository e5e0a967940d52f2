from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .test_measure_treatment import TreatmentCase

USER = "crm_kundenbindung.group_kundenbindung_user"
MANAGER = "crm_kundenbindung.group_kundenbindung_manager"


@tagged("post_install", "-at_install")
class TestMeasureAccess(TreatmentCase):
    """Responses and records of a measure: who may do what with them, and in which company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.group_user").implied_ids |= cls.env.ref("crm_kundenbindung.group_kundenbindung_measure")
        cls.second = cls.env["res.company"].create({"name": "Second Workshop"})
        both = cls.company | cls.second
        cls.both = new_test_user(
            cls.env, "measure_both", groups=MANAGER, company_id=cls.company.id, company_ids=[(6, 0, both.ids)]
        )
        cls.outsider = new_test_user(
            cls.env, "measure_second", groups=MANAGER, company_id=cls.second.id, company_ids=[(6, 0, cls.second.ids)]
        )
        cls.own = cls._with_records(cls._live(user_id=cls.user.id))
        group = cls._group("Second", cls.customers, company_id=cls.second.id)
        foreign = cls._measure(
            company_id=cls.second.id,
            group_id=group.id,
            user_id=cls.outsider.id,
            date_start=cls.today,
            date_end=cls.own.date_end,
        )
        cls.second.kundenbindung_measure_minimum = 0
        foreign.with_user(cls.outsider).action_approve()
        foreign.with_user(cls.outsider).action_start()
        cls.foreign = cls._with_records(foreign.with_env(cls.env))

    @classmethod
    def _with_records(cls, measure):
        """The measure with a response and a record of its own."""
        cls.env["crm.measure.response"]._log(cls._treated(measure)[:1], "phone")
        cls.env["crm.measure.link"].create(
            {"measure_id": measure.id, "subject": f"Printer of {measure.company_id.name}"}
        )
        return measure

    def _seen(self, model, user, companies):
        return self.env[model].with_user(user).with_context(allowed_company_ids=companies.ids).search([]).measure_id

    def test_companies(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        in_branch = new_test_user(
            self.env, "measure_branch", groups=USER, company_id=branch.id, company_ids=[(6, 0, branch.ids)]
        )
        for model in ("crm.measure.response", "crm.measure.link"):
            with self.subTest(model=model):
                self.assertEqual(self._seen(model, self.both, self.company), self.own)
                self.assertEqual(self._seen(model, self.both, self.second), self.foreign)
                self.assertEqual(self._seen(model, self.both, self.company | self.second), self.own | self.foreign)
                self.assertEqual(self._seen(model, self.outsider, self.second), self.foreign)
                self.assertEqual(self._seen(model, in_branch, branch), self.own, "a branch belongs to its company")
                rows = self.own.response_ids if model.endswith("response") else self.own.link_ids
                for call in (
                    lambda r: r.read(["measure_id"]),
                    lambda r: r.write({"measure_id": self.foreign.id}),
                    lambda r: r.unlink(),
                ):
                    with self.assertRaises(AccessError):
                        call(rows.with_user(self.outsider))

    def test_company_of_sums_and_lists(self):
        """Figures over responses hold rows of the companies that are switched on alone."""
        responses = self.env["crm.measure.response"].with_user(self.both)
        for companies, count in ((self.company, 1), (self.second, 1), (self.company | self.second, 2)):
            rows = responses.with_context(allowed_company_ids=companies.ids)
            self.assertEqual(rows.formatted_read_group([], [], ["__count"])[0]["__count"], count)
        self.assertEqual((self.own.response_count, self.foreign.response_count), (1, 1))

    def test_customer_in_measures_of_two_companies(self):
        """A contact is logged for a measure of its own company."""
        partner = self._treated(self.own).partner_id & self._treated(self.foreign).partner_id
        log = (
            self.env["crm.touchpoint"]
            .with_user(self.both)
            .with_context(allowed_company_ids=(self.company | self.second).ids)
        )
        for company, measure, other in ((self.company, self.own, self.foreign), (self.second, self.foreign, self.own)):
            vals = {
                "partner_id": partner[2].id,
                "company_id": company.id,
                "direction": "in",
                "channel_id": self._channel("phone").id,
            }
            self.assertEqual(log.new(vals).measure_choice_ids._origin, measure)
            self.assertEqual(log.create({**vals, "measure_id": measure.id}).measure_id, measure)
            with self.assertRaises(ValidationError):
                log.create({**vals, "measure_id": other.id})
        for measure in self.own | self.foreign:
            responses = measure.response_ids.filtered(lambda r: r.partner_id == partner[2])
            self.assertEqual(responses.company_id, measure.company_id)

    def test_responses_are_noted_by_nobody_directly(self):
        """They come about by what happens; nobody writes, invents or deletes them, a manager neither."""
        vals = {
            "measure_id": self.own.id,
            "participant_id": self._treated(self.own)[5].id,
            "company_id": self.company.id,
            "way": "phone",
        }
        for user in (self.user, self.manager):
            responses = self.env["crm.measure.response"].with_user(user)
            self.assertEqual(responses.search([]).measure_id, self.own)
            for call in (
                lambda r: r.create(vals),
                lambda r: r.search([]).write({"way": "code"}),
                lambda r: r.search([]).unlink(),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    call(responses)

    def test_records_of_own_measures(self):
        """A user links records to own measures and reads those of others; a manager changes all."""
        others = self._with_records(self._live(target="orders", user_id=self.manager.id))
        links = self.env["crm.measure.link"].with_user(self.user)
        self.assertEqual(links.search([]).measure_id, self.own | others)
        own = links.create({"measure_id": self.own.id, "subject": "Envelopes"})
        own.subject = "Envelopes, 200"
        own.unlink()
        for call in (
            lambda: links.create({"measure_id": others.id, "subject": "Mine now"}),
            lambda: links.browse(others.link_ids.ids).write({"subject": "Mine now"}),
            lambda: links.browse(others.link_ids.ids).unlink(),
            lambda: links.browse(self.own.link_ids.ids).write({"measure_id": others.id}),
            lambda: links.create({"measure_id": self.foreign.id, "subject": "Of another company"}),
        ):
            with self.assertRaises(AccessError):
                call()
        managed = self.own.link_ids.with_user(self.manager)
        managed.subject = "Checked"
        managed.unlink()
        self.assertFalse(self.own.link_ids)

    def test_who_has_no_customer_contact(self):
        """A plain employee, and who only reads the history, sees neither."""
        for group in ("base.group_user", "crm_werthaltigkeit.group_werthaltigkeit_manager", "base.group_portal"):
            stranger = new_test_user(self.env, f"measure_{group.split('.')[1]}", groups=group)
            for model in ("crm.measure.response", "crm.measure.link"):
                with self.subTest(group=group, model=model), self.assertRaises(AccessError):
                    self.env[model].with_user(stranger).search_read([])
