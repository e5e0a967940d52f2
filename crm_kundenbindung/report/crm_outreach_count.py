from odoo import fields, models
from odoo.tools import SQL

from ..models.crm_outreach_recipient import REASONS, STATES


class CrmOutreachCount(models.Model):
    """How many people of a campaign are reached and how many are left out, per reason; each number opens its people."""

    _name = "crm.outreach.count"
    _description = "Who Is Reached by a Campaign"
    _auto = False
    _order = "outreach_id, state desc, people desc"
    _rec_name = "state"

    outreach_id = fields.Many2one("crm.outreach", "Campaign", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    state = fields.Selection(STATES, readonly=True)
    reason = fields.Selection(REASONS, readonly=True)
    people = fields.Integer(readonly=True)

    _depends = {"crm.outreach.recipient": ["state", "reason", "outreach_id"]}

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT min(r.id) AS id, r.outreach_id, r.company_id, r.state, r.reason, count(*) AS people
              FROM crm_outreach_recipient r GROUP BY r.outreach_id, r.company_id, r.state, r.reason
            """
        )

    def action_open(self):
        self.ensure_one()
        labels = dict(self._fields["reason"]._description_selection(self.env))
        states = dict(self._fields["state"]._description_selection(self.env))
        name = labels.get(self.reason) or states[self.state]
        return self.outreach_id._action_recipients(name, [("state", "=", self.state), ("reason", "=", self.reason)])
