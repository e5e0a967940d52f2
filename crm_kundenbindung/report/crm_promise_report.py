from odoo import api, fields, models
from odoo.tools import SQL

from ..models.crm_promise import STATES


class CrmPromiseReport(models.Model):
    """Kept rate of promises: of those that are decided or overdue, how many were kept.

    A promise nobody decided counts against the rate once it is overdue; a withdrawn one not at all.
    The person is in the rows only of companies that switched that on.
    """

    _name = "crm.promise.report"
    _description = "Promises Kept"
    _auto = False
    _order = "due_date desc, id desc"
    _rec_name = "promise_id"

    promise_id = fields.Many2one("crm.promise", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    commercial_partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    user_id = fields.Many2one("res.users", "Person", readonly=True)
    kind_id = fields.Many2one("crm.promise.kind", readonly=True)
    direction = fields.Selection([("to", "By us"), ("by", "By the customer")], "Promised", readonly=True)
    scope = fields.Selection([("external", "With the customer"), ("internal", "Among ourselves")], readonly=True)
    due_date = fields.Date("Due", readonly=True)
    state = fields.Selection(STATES, "Status", readonly=True)
    due_count = fields.Integer("Decided or Overdue", readonly=True)
    kept_count = fields.Integer("Kept", readonly=True)
    broken_count = fields.Integer("Broken", readonly=True)
    overdue_count = fields.Integer("Overdue, Not Decided", readonly=True)
    kept_rate = fields.Float(readonly=True, aggregator="avg", help="Kept, of those decided or overdue.")

    _depends = {
        "crm.promise": [
            "commercial_partner_id", "company_id", "direction", "due_date", "kind_id", "scope", "state", "team_id", "user_id"
        ],
        "res.company": ["kundenbindung_promise_per_person"],
    }  # fmt: skip

    @api.model
    def _per_person(self):
        """Whether all companies the user looks at count promises per person."""
        return self.env.su or all(self.env.companies.sudo().mapped("kundenbindung_promise_per_person"))

    @property
    def _table_query(self):
        today = self.env.company._werthaltigkeit_today()
        return SQL(
            """
            SELECT p.id, p.id AS promise_id, p.company_id, p.commercial_partner_id, p.team_id,
                   CASE WHEN c.kundenbindung_promise_per_person THEN p.user_id END AS user_id,
                   p.kind_id, p.direction, p.scope, p.due_date, p.state,
                   (p.state IN ('kept', 'broken') OR p.state = 'open' AND p.due_date < %(today)s)::int AS due_count,
                   (p.state = 'kept')::int AS kept_count, (p.state = 'broken')::int AS broken_count,
                   (p.state = 'open' AND p.due_date < %(today)s)::int AS overdue_count,
                   CASE WHEN p.state IN ('kept', 'broken') OR p.due_date < %(today)s
                        THEN (p.state = 'kept')::int END AS kept_rate
              FROM crm_promise p
              JOIN res_company c ON c.id = p.company_id
             WHERE p.state <> 'withdrawn'
            """,
            today=today,
        )

    def _read_group_select(self, aggregate_spec, query):
        if aggregate_spec.partition(":")[0] == "kept_rate":
            kept, due = (self._field_to_sql(self._table, name, query) for name in ("kept_count", "due_count"))
            return SQL("SUM(%s)::float8 / NULLIF(SUM(%s), 0)", kept, due)
        return super()._read_group_select(aggregate_spec, query)

    def action_open(self):
        self.ensure_one()
        return self.promise_id.get_formview_action()
