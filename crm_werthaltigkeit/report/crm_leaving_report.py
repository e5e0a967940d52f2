from odoo import fields, models
from odoo.tools import SQL


class CrmLeavingReport(models.Model):
    """Why customers left and to whom: lost opportunities, and what customers said in win-back contacts."""

    _name = "crm.leaving.report"
    _description = "Why Customers Leave"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "commercial_partner_id"

    date = fields.Datetime(readonly=True)
    origin = fields.Selection(
        [("lead", "Lost opportunity"), ("contact", "Said in a contact")], "Known From", readonly=True
    )
    lead_id = fields.Many2one("crm.lead", "Lost Opportunity", readonly=True)
    touchpoint_id = fields.Many2one("crm.touchpoint", readonly=True)
    commercial_partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    lost_reason_id = fields.Many2one("crm.lost.reason", "Reason", readonly=True)
    competitor_id = fields.Many2one("crm.competitor", "Left to", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    expected_revenue = fields.Monetary(
        "Lost Revenue", currency_field="currency_id", readonly=True, help="Expected revenue of the lost opportunity."
    )

    _depends = {
        "crm.lead": [
            "active", "company_id", "date_closed", "expected_revenue", "werthaltigkeit_competitor_id", "lost_reason_id",
            "partner_id", "team_id", "user_id", "won_status"
        ],
        "crm.touchpoint": [
            "commercial_partner_id", "company_id", "competitor_id", "date", "lead_id", "lost_reason_id", "team_id", "user_id"
        ],
        "res.company": ["currency_id"],
    }  # fmt: skip

    @property
    def _table_query(self):
        """Odd ids are opportunities, even ones contacts."""
        return SQL(
            """
            SELECT 2 * l.id + 1 AS id, COALESCE(l.date_closed, l.write_date) AS date, 'lead' AS origin, l.id AS lead_id,
                   NULL::int4 AS touchpoint_id, p.commercial_partner_id, l.lost_reason_id,
                   l.werthaltigkeit_competitor_id AS competitor_id, l.user_id, l.team_id, l.company_id, c.currency_id,
                   l.expected_revenue
              FROM crm_lead l LEFT JOIN res_partner p ON p.id = l.partner_id LEFT JOIN res_company c ON c.id = l.company_id
             WHERE l.won_status = 'lost'
         UNION ALL
            SELECT 2 * t.id, t.date, 'contact', t.lead_id, t.id, t.commercial_partner_id, t.lost_reason_id, t.competitor_id,
                   t.user_id, t.team_id, t.company_id, c.currency_id, NULL
              FROM crm_touchpoint t JOIN res_company c ON c.id = t.company_id
             WHERE t.lost_reason_id IS NOT NULL OR t.competitor_id IS NOT NULL
            """
        )

    def action_open(self):
        self.ensure_one()
        return (self.touchpoint_id or self.lead_id).get_formview_action()
