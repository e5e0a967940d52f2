from odoo import fields, models
from odoo.tools import SQL


class CrmFeedbackGroupReport(models.Model):
    """Satisfaction by customer group, as its members are now; who is in several groups counts in each."""

    _name = "crm.feedback.group.report"
    _inherit = ["crm.feedback.report"]
    _description = "Satisfaction by Customer Group"
    _auto = False

    group_id = fields.Many2one("crm.customer.group", "Customer Group", readonly=True)

    _depends = {"crm.customer.group.member": ["group_id", "partner_id", "company_id"]}

    @property
    def _table_query(self):
        """The rows of the report, once per group of the customer and company."""
        return SQL(
            """
            SELECT row_number() OVER (ORDER BY r.id, m.group_id) AS id, r.date, r.measure, r.origin, r.audience, r.company_id,
                   r.partner_id, r.commercial_partner_id, r.touchpoint_id, r.kind_id, r.channel_id, r.user_id, r.team_id,
                   r.cause_id, r.request_id, r.answer_id, r.delay, r.delay_days, r.score, r.satisfaction, r.nps, r.happy,
                   r.satisfied, r.answers, m.group_id
              FROM (%s) r
              JOIN res_company c ON c.id = r.company_id
              JOIN crm_customer_group_member m ON m.partner_id = r.commercial_partner_id
               AND m.company_id = split_part(c.parent_path, '/', 1)::int
            """,
            self.env["crm.feedback.report"]._table_query,
        )
