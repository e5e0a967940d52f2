from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

SPANS = [
    ("year", "Last 12 months"),
    ("year_before", "12 months before"),
    ("month", "Month"),
    ("quarter", "Quarter"),
]


class CrmCustomerGroupFigure(models.Model):
    """An indicator of a group's members (or of all customers) in one period; past months and quarters stay.

    Written by `crm.customer.group.figure.engine` alone, from today's members also for past periods.
    """

    _name = "crm.customer.group.figure"
    _description = "Indicator of a Customer Group"
    _order = "group_id, sequence, kpi_id, span, date_start desc"
    _rec_name = "kpi_id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    group_id = fields.Many2one(
        "crm.customer.group", readonly=True, ondelete="cascade", index="btree_not_null", help="Empty: all customers."
    )
    kpi_id = fields.Many2one("crm.kpi", "Indicator", required=True, readonly=True, ondelete="cascade")
    sequence = fields.Integer(readonly=True, aggregator=None)
    span = fields.Selection(SPANS, "Period", required=True, readonly=True)
    date_start = fields.Date("From", required=True, readonly=True)
    date_end = fields.Date("To", required=True, readonly=True, help="The last day that counts.")
    running = fields.Boolean("Not Over Yet", readonly=True)
    numerator = fields.Float(readonly=True, digits=(16, 2), aggregator=None)
    denominator = fields.Float(readonly=True, digits=(16, 2), aggregator=None)
    is_ratio = fields.Boolean("Is Divided", readonly=True)
    value = fields.Float(readonly=True, digits=(16, 4), aggregator="avg")
    has_data = fields.Boolean(readonly=True)
    customers = fields.Integer("Customers Counted", readonly=True, aggregator=None)
    previous_value = fields.Float("Value Before", readonly=True, digits=(16, 4), aggregator=None)
    has_previous = fields.Boolean("Period Before Has Data", readonly=True)
    computed_on = fields.Datetime(readonly=True)

    value_text = fields.Char("In Words", compute="_compute_texts")
    previous_text = fields.Char("Before", compute="_compute_texts")
    period_text = fields.Char("Days", compute="_compute_texts")
    formula_text = fields.Char("Made Of", compute="_compute_texts")
    trend = fields.Selection(
        [("better", "better"), ("worse", "worse"), ("same", "unchanged")],
        compute="_compute_trend",
        help="Against the period before.",
    )
    description = fields.Text(related="kpi_id.description")
    numerator_label = fields.Char(related="kpi_id.numerator_label")
    denominator_label = fields.Char(related="kpi_id.denominator_label")

    _period_uniq = models.UniqueIndex("(company_id, COALESCE(group_id, 0), kpi_id, span, date_start)")

    @api.depends("value", "has_data", "previous_value", "has_previous", "numerator", "denominator")
    @api.depends_context("lang")
    def _compute_texts(self):
        for figure in self:
            kpi, company = figure.kpi_id, figure.company_id
            figure.value_text = kpi._format(figure.value if figure.has_data else None, company)
            figure.previous_text = kpi._format(figure.previous_value if figure.has_previous else None, company)
            figure.period_text = figure._period_words()
            figure.formula_text = figure._formula_words()

    def _period_words(self):
        lang = self.env["res.lang"]._lang_get(self.env.lang or "en_US")
        return f"{self.date_start.strftime(lang.date_format)} – {self.date_end.strftime(lang.date_format)}"

    def _formula_words(self):
        """The numbers above and below the line."""
        if not self.has_data or not self.is_ratio:
            return ""
        unit = "amount" if self.kpi_id.unit == "amount" else "number"
        number = self.kpi_id.new({"unit": "number"})
        above = self.kpi_id.new({"unit": unit})._format(round(self.numerator, 2), self.company_id)
        return f"{above} ÷ {number._format(round(self.denominator, 2), self.company_id)}"

    @api.depends("value", "has_data", "previous_value", "has_previous")
    def _compute_trend(self):
        for figure in self:
            if not (figure.has_data and figure.has_previous):
                figure.trend = False
                continue
            change = figure.value - figure.previous_value
            if abs(change) <= 0.005 * max(abs(figure.value), abs(figure.previous_value)):
                figure.trend = "same"
            else:
                figure.trend = "better" if (change > 0) == (figure.kpi_id.direction == "higher") else "worse"

    def _read_group_select(self, aggregate_spec, query):
        """A value over several rows is their sum above by their sum below the line, never a mean of ratios."""
        if aggregate_spec != "value:avg":
            return super()._read_group_select(aggregate_spec, query)
        above, below, data = (
            self._field_to_sql(self._table, name, query) for name in ("numerator", "denominator", "has_data")
        )
        return SQL(
            "sum(%(above)s) FILTER (WHERE %(data)s) / NULLIF(CASE WHEN bool_or(%(ratio)s) THEN sum(%(below)s) FILTER (WHERE %(data)s) ELSE 1 END, 0)",
            above=above,
            below=below,
            data=data,
            ratio=self._field_to_sql(self._table, "is_ratio", query),
        )

    @api.model
    def _periods(self, today):
        """Return [(span, start, end)], end exclusive: rolling years, and months and quarters until today."""
        tomorrow = today + relativedelta(days=1)
        month = today.replace(day=1)
        quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
        year = tomorrow - relativedelta(months=12)
        return [
            ("year", year, tomorrow),
            ("year_before", year - relativedelta(months=12), year),
            ("month", month, tomorrow),
            *(("month", month - relativedelta(months=n), month - relativedelta(months=n - 1)) for n in (1, 2)),
            ("quarter", quarter, tomorrow),
            *(
                ("quarter", quarter - relativedelta(months=3 * n), quarter - relativedelta(months=3 * n - 3))
                for n in (1, 2)
            ),
        ]

    # -- every number opens its records -----------------------------------------------------------

    def action_view_numerator(self):
        """Open the customers behind the number above the line."""
        return self._action_parts({"search_default_numerator": 1})

    def action_view_denominator(self):
        """Open the customers behind the number below the line."""
        return self._action_parts({"search_default_denominator": 1} if self.is_ratio else {})

    def _action_parts(self, context):
        self.ensure_one()
        self.check_access("read")
        self.env["crm.customer.group.figure.engine"].sudo()._explain(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_kundenbindung.crm_customer_group_figure_part_action"
        )
        name = self.group_id.name or self.env._("All Customers")
        return dict(
            action,
            name=f"{self.kpi_id.name}: {name}",
            display_name=f"{self.kpi_id.name}: {name}",
            domain=[("figure_id", "=", self.id)],
            context=context,
        )

    def action_view_history(self):
        """Open this indicator of this group over all months."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": f"{self.kpi_id.name}: {self.group_id.name or self.env._('All Customers')}",
            "res_model": "crm.customer.group.figure",
            "views": [(False, "graph"), (False, "list")],
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("group_id", "=", self.group_id.id),
                ("kpi_id", "=", self.kpi_id.id),
                ("span", "=", "month"),
                ("running", "=", False),
            ],
            "context": {"graph_groupbys": ["date_start:month"], "graph_measure": "value", "graph_mode": "line"},
        }
