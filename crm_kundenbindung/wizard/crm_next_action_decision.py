from datetime import timedelta

from odoo import fields, models


class CrmNextActionDecision(models.TransientModel):
    """Later, or no and why: what somebody answers to a proposal."""

    _name = "crm.next.action.decision"
    _description = "Answer to a Proposal"

    mode = fields.Selection([("later", "Later"), ("no", "No, because …")], default="later", required=True)
    action_ids = fields.Many2many("crm.next.action", string="Proposals", required=True)
    postponed_until = fields.Date(
        "Remind Me On", default=lambda self: fields.Date.context_today(self) + timedelta(days=7)
    )
    refusal_id = fields.Many2one("crm.next.action.refusal", "Because")
    note = fields.Char(help="What the next person should know.")

    def action_confirm(self):
        self.ensure_one()
        if self.mode == "later":
            self.action_ids._postpone(self.postponed_until)
        else:
            self.action_ids._refuse(self.refusal_id, self.note)
        return {"type": "ir.actions.act_window_close"}

    def action_tomorrow(self):
        return self._later(1)

    def action_week(self):
        return self._later(7)

    def action_month(self):
        return self._later(30)

    def _later(self, days):
        self.ensure_one()
        self.action_ids._postpone(fields.Date.context_today(self) + timedelta(days=days))
        return {"type": "ir.actions.act_window_close"}
