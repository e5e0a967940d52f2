from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.crm_kundenbindung.tests.test_customer_group import GroupCase


class ConceptCase(GroupCase):
    """A company with two customers, a goal, a measure, an analysis, a specification, and a concept that names them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(
            cls.env,
            "concept_boss",
            groups="crm_controlling.group_controlling_manager,sales_team.group_sale_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.colleague = new_test_user(
            cls.env,
            "concept_colleague",
            groups="crm_controlling.group_controlling_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        for days in (400, 200, 20):
            cls._order(cls.customer, [(cls.tyres, 6)], days_ago=days)
        cls._order(cls.other, [(cls.labour, 1)], days_ago=30)
        cls._compute_values()
        cls.env["crm.retention.engine"]._compute(cls.company)
        cls.groups._refresh_company(cls.company)
        kpi = cls.env["crm.kpi"].search([("code", "=", "repurchase_rate")])
        cls.goal = cls.env["crm.goal"].create(
            {
                "name": "Every second comes again",
                "kpi_id": kpi.id,
                "baseline": 0.4,
                "target": 0.5,
                "user_id": cls.boss.id,
            }
        )
        cls.measure = cls.env["crm.measure"].create(
            {"name": "Stamp card", "instrument_id": cls.env["crm.measure.instrument"].search([], limit=1).id}
        )
        cls.analysis = cls.env["crm.utility.analysis"].create(
            {
                "name": "Which card?",
                "participant_ids": [Command.set(cls.boss.ids)],
                "option_ids": [Command.create({"name": "Stamps"}), Command.create({"name": "Points"})],
                "criterion_ids": [Command.create({"name": "Simple", "weight": 100})],
            }
        )
        for score, answer in zip(cls.analysis.score_ids, ("8", "5"), strict=True):
            score.with_user(cls.boss).answer = answer
        cls.specification = cls.env["crm.specification"].create(
            {"name": "Card", "requirement_ids": [Command.create({"name": "Stamps are seen", "goal_id": cls.goal.id})]}
        )
        cls.concept = cls.env["crm.concept"].create(
            {
                "name": "Customers who come back",
                "person_ids": [Command.set((cls.boss | cls.colleague).ids)],
                "goal_ids": [Command.set(cls.goal.ids)],
                "measure_ids": [Command.set(cls.measure.ids)],
                "utility_ids": [Command.set(cls.analysis.ids)],
                "specification_ids": [Command.set(cls.specification.ids)],
                "strategy_company": "The workshop around the corner.",
                "strategy": "<p>Relations instead of campaigns.</p>",
                "controlling": "<p>On the first Monday of the month.</p>",
            }
        )

    def _figures(self, concept=None):
        """{(section, code): figure as shown}."""
        page = (concept or self.concept).page
        return {
            (section["code"], figure["code"]): figure for section in page["sections"] for figure in section["figures"]
        }

    def _notes(self, section, concept=None):
        page = (concept or self.concept).page
        return " ".join(next(part["notes"] for part in page["sections"] if part["code"] == section))
