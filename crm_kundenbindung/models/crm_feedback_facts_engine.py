from odoo import models
from odoo.tools import SQL


class CrmRetentionFactsEngine(models.AbstractModel):
    """What the contact shows of a customer: how often it gave its opinion."""

    _inherit = "crm.retention.facts.engine"

    def _columns(self, company):
        branches = self.env["crm.value.query"]._branches(company)
        return {
            **super()._columns(company),
            "feedback_count": SQL(
                "(SELECT count(*) FROM crm_feedback_request f WHERE f.commercial_partner_id = p.id AND f.state = 'answered'"
                " AND f.means = 'smiley' AND f.company_id = ANY(%(branches)s))"
                " + (SELECT count(*) FROM crm_feedback_answer a WHERE a.commercial_partner_id = p.id"
                " AND a.company_id = ANY(%(branches)s))",
                branches=branches,
            ),
        }
