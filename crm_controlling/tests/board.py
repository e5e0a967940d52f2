from dateutil.relativedelta import relativedelta

from odoo.fields import Command

from odoo.addons.crm_controlling.models.crm_goal import TOKEN
from odoo.addons.crm_kundenbindung.tests.retention import RetentionCase


class BoardCase(RetentionCase):
    """A company with classed customers, a group, two teams, a running goal and a measure."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for table in (
            "crm_board_sum",
            "crm_value_migration",
            "crm_customer_group_figure",
            "crm_trust",
            "crm_trust_history",
        ):
            cls.env.cr.execute(f"DELETE FROM {table}")  # pylint: disable=sql-injection
        cls.env.invalidate_all()
        cls.env["crm.goal"].search([]).active = False
        cls.env["crm.measure"].search([]).active = False
        cls.env["crm.customer.group"].search([]).active = False
        cls.north, cls.south = cls.env["crm.team"].create([{"name": "North"}, {"name": "South"}])
        cls.best, cls.good, cls.small = (
            cls._buyer(name, last=90, purchases=5, interval=30, rank_value=value, value_class=code, team_id=team.id,
                       orders_ever=5, margin_at_risk=risk)
            for name, value, code, team, risk in (
                ("Best GmbH", 700.0, "A", cls.north, 300.0),
                ("Good GmbH", 200.0, "B", cls.south, 200.0),
                ("Small GmbH", 100.0, "C", cls.south, 100.0),
            )
        )  # fmt: skip
        cls._run()
        cls.group = cls.env["crm.customer.group"].create(
            {"name": "Two", "kind": "picked", "partner_ids": [Command.set((cls.best | cls.good).ids)]}
        )
        cls.env["crm.customer.group.engine"]._refresh(cls.group)
        cls.kpi = cls.env.ref("crm_kundenbindung.kpi_repurchase_rate")
        cls.goal = cls._goal("More repeat buyers", light="red", actual=0.3, actual_known=True, forecast_known=True, probability=0.64)  # fmt: skip
        for area in ("measure", "service"):
            cls.manager.group_ids |= cls.env.ref(f"crm_kundenbindung.group_kundenbindung_{area}")
        cls.board = cls.env["crm.board"].with_user(cls.manager).with_context(lang="en_US")

    @classmethod
    def _goal(cls, name, state="control", **vals):
        return (
            cls.env["crm.goal"]
            .with_context(goal_token=TOKEN)
            .create(
                {
                    "name": name,
                    "kpi_id": cls.kpi.id,
                    "target": 0.4,
                    "measure_due": False,
                    "start_date": cls.today - relativedelta(months=6),
                    "end_date": cls.today + relativedelta(months=6),
                    "stage_id": cls.env["crm.goal"]._stage(state).id,
                    **vals,
                }
            )
        )

    @classmethod
    def _figure(cls, span, value, months_ago=0, group=None, kpi=None, previous=None):
        """An indicator as a computation leaves it, of a period that ended this many months ago."""
        months = {"year": 12, "year_before": 12, "quarter": 3, "month": 1}[span]
        end = cls.today - relativedelta(months=months_ago)
        return cls.env["crm.customer.group.figure"].create(
            {
                "company_id": cls.company.id,
                "group_id": group and group.id,
                "kpi_id": (kpi or cls.kpi).id,
                "span": span,
                "date_start": end - relativedelta(months=months) + relativedelta(days=1),
                "date_end": end,
                "value": value,
                "numerator": 100 * value,
                "denominator": 100,
                "is_ratio": True,
                "has_data": True,
                "previous_value": previous or 0,
                "has_previous": previous is not None,
            }
        )

    def _opened(self, figure, user=None):
        """How many records a number opens."""
        action = figure["action"]
        return self.env[action["res_model"]].with_user(user or self.manager).search_count(action["domain"])
