from odoo import fields, models
from odoo.tools import SQL

from ..models.crm_complaint_stage import STATES

RATES = {
    "in_time_rate": ("in_time_count", "clocked_count"),
    "days_to_solve": ("days_sum", "solved_count"),
}


class CrmComplaintReport(models.Model):
    """Complaints by cause, product and time: how many, how long to solve, in time or late. Cancelled ones are left out."""

    _name = "crm.complaint.report"
    _description = "Complaints: Causes and Times"
    _auto = False
    _order = "opened_on desc, id desc"
    _rec_name = "complaint_id"

    complaint_id = fields.Many2one("crm.complaint", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    commercial_partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    product_tmpl_id = fields.Many2one("product.template", "Product Template", readonly=True)
    categ_id = fields.Many2one("product.category", "Product Category", readonly=True)
    cause_id = fields.Many2one("crm.complaint.cause", readonly=True)
    cause_field_id = fields.Many2one("crm.complaint.cause", "Field of the Cause", readonly=True)
    severity_id = fields.Many2one("crm.complaint.severity", readonly=True)
    remedy_id = fields.Many2one("crm.complaint.remedy", readonly=True)
    channel_id = fields.Many2one("crm.touchpoint.channel", "Came Through", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    opened_on = fields.Datetime("Complained On", readonly=True)
    closed_on = fields.Datetime("Closed", readonly=True)
    state = fields.Selection(STATES, "Status", readonly=True)
    complaint_count = fields.Integer("Complaints", readonly=True)
    open_count = fields.Integer("Still Open", readonly=True)
    solved_count = fields.Integer("Solved", readonly=True)
    in_time_count = fields.Integer("Solved in Time", readonly=True)
    late_count = fields.Integer("Solved Late or Overdue", readonly=True)
    clocked_count = fields.Integer("Solved or Overdue", readonly=True)
    days_sum = fields.Float("Days, Summed Up", readonly=True)
    in_time_rate = fields.Float(
        "Share Solved in Time", readonly=True, aggregator="avg", help="Of those solved or overdue."
    )
    days_to_solve = fields.Float("Days to Solution", readonly=True, aggregator="avg")
    remedy_cost = fields.Monetary("Cost of Remedies", currency_field="currency_id", readonly=True)

    _depends = {
        "crm.complaint": [
            "cause_field_id", "cause_id", "channel_id", "closed_on", "commercial_partner_id", "company_id", "days_to_solve",
            "due_date", "opened_on", "product_id", "remedy_cost", "remedy_id", "severity_id", "state", "team_id", "timeliness"
        ],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id"],
        "res.company": ["currency_id"],
    }  # fmt: skip

    @property
    def _table_query(self):
        today = self.env.company._werthaltigkeit_today()
        return SQL(
            """
            SELECT c.id, c.id AS complaint_id, c.company_id, company.currency_id, c.commercial_partner_id, c.product_id,
                   product.product_tmpl_id, template.categ_id, c.cause_id, c.cause_field_id, c.severity_id, c.remedy_id,
                   c.channel_id, c.team_id, c.opened_on, c.closed_on, c.state, 1 AS complaint_count,
                   (c.state = 'open')::int AS open_count, (c.state = 'solved')::int AS solved_count,
                   (c.timeliness = 'in_time')::int AS in_time_count,
                   (COALESCE(c.timeliness = 'late', FALSE) OR c.state = 'open' AND c.due_date < %(today)s)::int AS late_count,
                   (c.state = 'solved' OR c.state = 'open' AND c.due_date < %(today)s)::int AS clocked_count,
                   CASE WHEN c.state = 'solved' THEN c.days_to_solve END AS days_sum,
                   CASE WHEN c.state = 'solved' OR c.due_date < %(today)s
                        THEN COALESCE(c.timeliness = 'in_time', FALSE)::int END AS in_time_rate,
                   CASE WHEN c.state = 'solved' THEN c.days_to_solve END AS days_to_solve,
                   c.remedy_cost
              FROM crm_complaint c
              JOIN res_company company ON company.id = c.company_id
         LEFT JOIN product_product product ON product.id = c.product_id
         LEFT JOIN product_template template ON template.id = product.product_tmpl_id
             WHERE c.state <> 'cancelled'
            """,
            today=today,
        )

    def _read_group_select(self, aggregate_spec, query):
        name = aggregate_spec.partition(":")[0]
        if name in RATES:
            numerator, denominator = (self._field_to_sql(self._table, part, query) for part in RATES[name])
            return SQL("SUM(%s)::float8 / NULLIF(SUM(%s), 0)", numerator, denominator)
        return super()._read_group_select(aggregate_spec, query)

    def action_open(self):
        self.ensure_one()
        return self.complaint_id.get_formview_action()
