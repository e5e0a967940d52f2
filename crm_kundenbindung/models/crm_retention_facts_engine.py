from odoo import models
from odoo.tools import SQL


class CrmRetentionFactsEngine(models.AbstractModel):
    """What the contact shows of a customer, all of it in one statement.

    Themes add theirs in `_columns`: a name and an SQL expression over the customer `p.id` and their row `r`
    of crm_retention (which may be missing). Every expression is bound to the company.
    """

    _name = "crm.retention.facts.engine"
    _description = "Facts of Customers"

    def _facts(self, partner_ids, company):
        """Return {commercial partner id: {name: value}}; dates as text, as JSON has them."""
        columns = self._columns(company)
        query = SQL(
            "SELECT p.id, jsonb_build_object(%s) FROM unnest(%s::int4[]) p (id)"
            " LEFT JOIN crm_retention r ON r.partner_id = p.id AND r.company_id = %s",
            SQL(", ").join(SQL("%s, %s", name, expression) for name, expression in columns.items()),
            list(partner_ids),
            company.id,
        )
        return dict(self.env.execute_query(query))

    def _columns(self, company):
        """Return {name: SQL expression}."""
        columns = {
            "stage_id": SQL("r.stage_id"),
            "stage_since": SQL("r.stage_since"),
            "risk_known": SQL("COALESCE(r.risk_known, FALSE)"),
            "margin_at_risk": SQL("COALESCE(r.margin_at_risk, 0)"),
            "potential_known": SQL("COALESCE(r.potential_known, FALSE)"),
            "potential": SQL("COALESCE(r.potential, 0)"),
            "instrument": SQL("r.instrument"),
            "urgency": SQL("COALESCE(r.urgency, 0)"),
            "retention_id": SQL("r.id"),
        }
        today = company._werthaltigkeit_today()
        branches = SQL("(SELECT id FROM res_company WHERE parent_path LIKE %s)", f"{company.id}/%")
        promises = SQL(
            "FROM crm_promise m WHERE m.commercial_partner_id = p.id AND m.direction = 'to' AND m.state = 'open' AND m.company_id IN %s",
            branches,
        )
        return {
            **columns,
            "complaints_open": SQL(
                "(SELECT count(*) FROM crm_complaint c WHERE c.commercial_partner_id = p.id AND c.state = 'open' AND c.company_id IN %s)",
                branches,
            ),
            "promises_open": SQL("(SELECT count(*) %s)", promises),
            "promises_overdue": SQL("(SELECT count(*) %s AND m.due_date < %s)", promises, today),
            "promise_due": SQL("(SELECT min(m.due_date) %s)", promises),
        }
