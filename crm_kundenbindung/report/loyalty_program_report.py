from odoo import api, fields, models
from odoo.tools import SQL

from ..models.loyalty_ledger import SPEND_SIDE

ACTIVE_MONTHS = 12


class LoyaltyProgramReport(models.Model):
    """How a programme does, per root company: who takes part, what is outstanding, what was redeemed and what it cost.

    Ratios are kept as numerator and denominator, and divided where they are shown.
    """

    _name = "loyalty.program.report"
    _description = "Programs in Figures"
    _auto = False
    _order = "members desc, id"
    _rec_name = "program_id"

    program_id = fields.Many2one("loyalty.program", readonly=True)
    program_type = fields.Selection(related="program_id.program_type")
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    members = fields.Integer(readonly=True, help="Customers who hold a card.")
    active_members = fields.Integer(
        readonly=True, help="Members whose card earned or was redeemed in the last 12 months."
    )
    active_share = fields.Float(readonly=True, aggregator="avg")
    outstanding = fields.Float("Points Outstanding", readonly=True)
    points_given = fields.Float(readonly=True, help="Points or stamps that ever came, less those taken back.")
    points_redeemed = fields.Float(readonly=True)
    redemption_rate = fields.Float(readonly=True, aggregator="avg", help="Redeemed of all points that ever came.")
    rewards = fields.Integer("Rewards Given", readonly=True, help="In the last 12 months.")
    cost = fields.Monetary(
        "Cost of Rewards (CM)", readonly=True, help="In the last 12 months: goods at cost, discounts in full."
    )

    _depends = {
        "loyalty.card": ["active", "partner_id", "program_id"],
        "loyalty.ledger": ["amount", "card_id", "cause", "company_id", "moment", "program_id"],
        "loyalty.program": ["company_id"],
        "loyalty.reward.report": ["company_id", "cost", "moment", "program_id"],
    }

    @property
    def _table_query(self):
        since = fields.Datetime.subtract(fields.Datetime.now(), months=ACTIVE_MONTHS)
        return SQL(
            """
            WITH root AS (
                SELECT id, split_part(parent_path, '/', 1)::int AS company_id FROM res_company),
            entry AS (
                SELECT l.program_id, r.company_id, l.card_id, sum(l.amount) AS outstanding,
                       -COALESCE(sum(l.amount) FILTER (WHERE l.cause IN %(spend)s), 0) AS redeemed,
                       COALESCE(sum(l.amount) FILTER (WHERE l.cause NOT IN %(other)s), 0) AS given,
                       bool_or(l.moment >= %(since)s AND l.cause IN %(moved)s) AS active
                  FROM loyalty_ledger l JOIN root r ON r.id = l.company_id
                 GROUP BY l.program_id, r.company_id, l.card_id),
            holder AS (
                SELECT p.id AS program_id, COALESCE(r.company_id, e.company_id) AS company_id, c.id AS card_id,
                       c.active AND c.partner_id IS NOT NULL AS member, e.outstanding, e.redeemed, e.given, e.active
                  FROM loyalty_program p
                  LEFT JOIN root r ON r.id = p.company_id
                  JOIN loyalty_card c ON c.program_id = p.id
                  LEFT JOIN entry e ON e.card_id = c.id AND (r.company_id IS NULL OR e.company_id = r.company_id)
                 WHERE COALESCE(r.company_id, e.company_id) IS NOT NULL),
            given AS (
                SELECT g.program_id, r.company_id, count(*) AS rewards, sum(g.cost) AS cost
                  FROM (%(rewards)s) g JOIN root r ON r.id = g.company_id
                 WHERE g.moment >= %(since)s
                 GROUP BY g.program_id, r.company_id),
            figure AS (
                SELECT program_id, company_id, count(*) FILTER (WHERE member) AS members,
                       count(*) FILTER (WHERE member AND active) AS active_members,
                       COALESCE(sum(outstanding), 0) AS outstanding, COALESCE(sum(given), 0) AS given,
                       COALESCE(sum(redeemed), 0) AS redeemed
                  FROM holder GROUP BY program_id, company_id)
            SELECT COALESCE(f.program_id, g.program_id)::int8 * 100000 + COALESCE(f.company_id, g.company_id) AS id,
                   COALESCE(f.program_id, g.program_id) AS program_id, k.id AS company_id, k.currency_id,
                   COALESCE(f.members, 0) AS members, COALESCE(f.active_members, 0) AS active_members,
                   f.active_members::float / NULLIF(f.members, 0) AS active_share,
                   COALESCE(f.outstanding, 0) AS outstanding, COALESCE(f.given, 0) AS points_given,
                   COALESCE(f.redeemed, 0) AS points_redeemed,
                   CASE WHEN f.given > 0 THEN f.redeemed / f.given END AS redemption_rate,
                   COALESCE(g.rewards, 0) AS rewards, COALESCE(g.cost, 0) AS cost
              FROM figure f
              FULL JOIN given g ON g.program_id = f.program_id AND g.company_id = f.company_id
              JOIN res_company k ON k.id = COALESCE(f.company_id, g.company_id)
            """,
            spend=SPEND_SIDE,
            other=(*SPEND_SIDE, "debt", "expired"),
            moved=("earned", "event", "referral", *SPEND_SIDE),
            since=since,
            rewards=self.env["loyalty.reward.report"]._table_query,
        )

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Shares of several programmes are divided anew, never averaged."""
        parts = {
            "active_share:avg": ("active_members", "members"),
            "redemption_rate:avg": ("points_redeemed", "points_given"),
        }
        if aggregate_spec not in parts:
            return super()._read_group_select(aggregate_spec, query)
        top, bottom = (self._field_to_sql(self._table, name, query) for name in parts[aggregate_spec])
        return SQL("sum(%s)::float / NULLIF(sum(%s), 0)", top, bottom)

    def action_view_program(self):
        self.ensure_one()
        return self.program_id.get_formview_action()
