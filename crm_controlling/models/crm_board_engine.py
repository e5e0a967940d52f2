from odoo import api, models
from odoo.tools import SQL


class CrmBoardEngine(models.AbstractModel):
    """Sums customers up per class, team and group, in one statement for all groups of a company."""

    _name = "crm.board.engine"
    _description = "Sums for the Board"

    @api.model
    def _refresh_all(self):
        """Sum up every company: after installation, when customers were computed long ago."""
        for company in self.env["res.company"].sudo().search([("parent_id", "=", False)]):
            self._refresh(company)

    @api.model
    def _refresh(self, company, groups=None):
        """Replace the sums of a company, or of these groups of it; a second run at the same time does no harm."""
        self.env.flush_all()
        self.env.cr.execute(self._replace(company, groups))
        self.env["crm.board.sum"].invalidate_model(flush=False)

    def _replace(self, company, groups):
        """Write the sums there are, and delete those there are no more."""
        members = SQL(
            "SELECT m.group_id, b.* FROM base b JOIN crm_customer_group_member m ON m.partner_id = b.partner_id"
            " WHERE m.company_id = %s AND %s",
            company.id,
            SQL("TRUE") if groups is None else SQL("m.group_id = ANY(%s)", groups.ids),
        )
        everybody = SQL("SELECT NULL::int4 AS group_id, b.* FROM base b UNION ALL") if groups is None else SQL()
        return SQL(
            """
            WITH base AS (
                SELECT v.partner_id, v.team_id, v.value_class, v.rank_basis, v.rank_value, r.margin_at_risk, r.risk_known,
                       r.stage_computed_id = %(stage)s AS at_risk
                  FROM crm_customer_value v
             LEFT JOIN crm_retention r ON r.partner_id = v.partner_id AND r.company_id = v.company_id
                 WHERE v.company_id = %(company)s AND v.anonymous IS NOT TRUE AND v.orders_ever > 0),
            cells AS (%(everybody)s %(members)s),
            written AS (
            INSERT INTO crm_board_sum (company_id, group_id, team_id, value_class, basis, customers, amount, positive,
                        risk_known, margin_at_risk, at_risk_count, computed_on)
            SELECT %(company)s, group_id, team_id, value_class, max(rank_basis), count(*), COALESCE(sum(rank_value), 0),
                   COALESCE(sum(GREATEST(rank_value, 0)), 0), COALESCE(bool_or(risk_known), FALSE),
                   COALESCE(sum(margin_at_risk) FILTER (WHERE risk_known), 0), count(*) FILTER (WHERE at_risk),
                   now() AT TIME ZONE 'UTC'
              FROM cells GROUP BY group_id, team_id, value_class
       ON CONFLICT (company_id, COALESCE(group_id, 0), COALESCE(team_id, 0), COALESCE(value_class, '')) DO UPDATE
               SET basis = EXCLUDED.basis, customers = EXCLUDED.customers, amount = EXCLUDED.amount,
                   positive = EXCLUDED.positive, risk_known = EXCLUDED.risk_known,
                   margin_at_risk = EXCLUDED.margin_at_risk, at_risk_count = EXCLUDED.at_risk_count,
                   computed_on = EXCLUDED.computed_on
         RETURNING id)
            DELETE FROM crm_board_sum WHERE company_id = %(company)s AND %(wanted)s AND id NOT IN (SELECT id FROM written)
            """,
            company=company.id,
            stage=self.env.ref("crm_kundenbindung.retention_stage_at_risk").id,
            everybody=everybody,
            members=members,
            wanted=SQL("TRUE") if groups is None else SQL("group_id = ANY(%s)", groups.ids),
        )
