from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from .crm_goal import TOKEN


class CrmGoalMeasurement(models.Model):
    """A goal's indicator in one period, as it was known when it was measured.

    Rows are never changed: where the source data were corrected later, a new row tells so and the old one stays.
    Written by `crm.goal.engine` alone.
    """

    _name = "crm.goal.measurement"
    _description = "Measurement of a Goal"
    _order = "date_end desc, id desc"
    _rec_name = "goal_id"
    _log_access = False

    goal_id = fields.Many2one("crm.goal", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kpi_id = fields.Many2one("crm.kpi", "Indicator", required=True, readonly=True, ondelete="restrict")
    group_id = fields.Many2one("crm.customer.group", readonly=True, ondelete="set null", index="btree_not_null")
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True, ondelete="set null", index="btree_not_null")
    date_start = fields.Date("From", required=True, readonly=True)
    date_end = fields.Date("To", required=True, readonly=True, help="The last day that counts.")
    running = fields.Boolean("Not a Month's End", readonly=True)
    partial = fields.Boolean("Not Over Yet", readonly=True)
    numerator = fields.Float(readonly=True, digits=(16, 2), aggregator=None)
    denominator = fields.Float(readonly=True, digits=(16, 2), aggregator=None)
    is_ratio = fields.Boolean("Is Divided", readonly=True)
    value = fields.Float("Actual", readonly=True, digits=(16, 4), aggregator="avg")
    has_data = fields.Boolean(readonly=True)
    customers = fields.Integer("Customers Counted", readonly=True, aggregator=None)
    plan = fields.Float("Planned", readonly=True, digits=(16, 4), aggregator="avg")
    has_plan = fields.Boolean("In the Goal's Time", readonly=True)
    correction = fields.Boolean(readonly=True, help="The period was measured before, with another result.")
    measured_on = fields.Datetime(readonly=True, required=True)
    latest = fields.Boolean(
        compute="_compute_latest", search="_search_latest", help="No later measurement of the same period."
    )
    value_text = fields.Char("In Words", compute="_compute_texts")
    plan_text = fields.Char("Planned in Words", compute="_compute_texts")

    _period_idx = models.Index("(goal_id, date_end, date_start, id)")

    @api.depends("goal_id", "date_start", "date_end")
    def _compute_latest(self):
        latest = set(self._latest(self.goal_id))
        for row in self:
            row.latest = row.id in latest

    def _search_latest(self, operator, value):
        if operator != "in":
            return NotImplemented
        newest = Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "NOT EXISTS (SELECT FROM crm_goal_measurement n WHERE n.goal_id = %(goal)s AND n.date_end = %(end)s"
                " AND n.date_start = %(start)s AND n.id > %(id)s)",
                goal=SQL.identifier(alias, "goal_id"),
                end=SQL.identifier(alias, "date_end"),
                start=SQL.identifier(alias, "date_start"),
                id=SQL.identifier(alias, "id"),
            )
        )
        return newest if True in value else ~newest

    @api.model
    def _latest(self, goals):
        """Ids of the newest measurement of each period of these goals."""
        return [
            newest
            for *_key, newest in self._read_group(
                [("goal_id", "in", goals.ids)], ["goal_id", "date_start:day", "date_end:day"], ["id:max"]
            )
        ]

    @api.depends("value", "has_data", "plan", "has_plan")
    @api.depends_context("lang")
    def _compute_texts(self):
        for row in self:
            row.value_text = row.kpi_id._format(row.value if row.has_data else None, row.company_id)
            row.plan_text = row.kpi_id._format(row.plan, row.company_id) if row.has_plan else ""

    def _read_group_select(self, aggregate_spec, query):
        """A value over several rows is their sum above by their sum below the line, never a mean of ratios."""
        if aggregate_spec != "value:avg":
            return super()._read_group_select(aggregate_spec, query)
        above, below, data, ratio = (
            self._field_to_sql(self._table, name, query)
            for name in ("numerator", "denominator", "has_data", "is_ratio")
        )
        return SQL(
            "CASE WHEN bool_or(%(ratio)s) THEN sum(%(above)s) FILTER (WHERE %(data)s) / NULLIF(sum(%(below)s) FILTER (WHERE %(data)s), 0)"
            " ELSE avg(%(above)s) FILTER (WHERE %(data)s) END",
            above=above,
            below=below,
            data=data,
            ratio=ratio,
        )

    # -- append-only ------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list and self.env.context.get("goal_token") is not TOKEN:
            raise AccessError(self.env._("Measurements are written by measuring alone."))
        return super().create(vals_list)

    def write(self, vals):
        if self:
            raise AccessError(self.env._("A measurement cannot be changed: a correction is a new one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_measurement(self):
        raise AccessError(self.env._("A measurement cannot be deleted."))

    def action_view_goal(self):
        self.ensure_one()
        return self.goal_id.get_formview_action()
