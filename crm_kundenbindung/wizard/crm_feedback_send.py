from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.crm_feedback_rule import MEANS


class CrmFeedbackSend(models.TransientModel):
    """Ask contacts by hand; the same gates as for rules, and who is left out is shown before."""

    _name = "crm.feedback.send"
    _description = "Ask for Feedback"

    partner_ids = fields.Many2many("res.partner", string="Contacts", required=True)
    means = fields.Selection(MEANS, "Asks With", required=True, default="smiley")
    survey_id = fields.Many2one("survey.survey", domain="[('feedback_audience', '=', 'customer')]")
    pause_days = fields.Integer("Not Asked Within (Days)", default=30)
    asked_count = fields.Integer("Will Be Asked", compute="_compute_gates")
    left_out = fields.Text(compute="_compute_gates")

    @api.depends("partner_ids", "pause_days")
    @api.depends_context("company", "lang")
    def _compute_gates(self):
        labels = self.env["crm.feedback.request"]._gate_labels()
        for wizard in self:
            partners = wizard.partner_ids._origin or wizard.partner_ids
            closed = {p: reason for p, reason in wizard._gates(partners).items() if reason}
            wizard.asked_count = len(partners) - len(closed)
            names = {partner.id: partner.display_name for partner in partners}
            wizard.left_out = "\n".join(f"{names[p]}: {labels[reason]}" for p, reason in closed.items() if p in names)

    def _gates(self, partners):
        partners.check_access("read")
        engine = self.env["crm.feedback.engine"].sudo()
        return engine._gates(partners, self.env.company, max(0, self.pause_days))

    def action_send(self):
        """Ask whom no gate closes; the mails go out at once."""
        self.ensure_one()
        if self.means == "survey" and not self.survey_id:
            raise UserError(self.env._("Choose a survey."))
        self.env["crm.feedback.request"].check_access("write")
        gates = self._gates(self.partner_ids)
        open_ = self.partner_ids.filtered(lambda p: not gates.get(p.id, "person"))
        if not open_:
            raise UserError(self.env._("Nobody of them may be asked."))
        requests = self.env["crm.feedback.request"].sudo().create(
            [
                {
                    "partner_id": partner.id,
                    "commercial_partner_id": partner.commercial_partner_id.id,
                    "company_id": self.env.company.id,
                    "user_id": self.env.uid,
                    "means": self.means,
                    "survey_id": self.survey_id.id if self.means == "survey" else False,
                }
                for partner in open_
            ]
        )  # fmt: skip
        for request in requests:
            request._guarded(request._send)
        sent = requests.filtered(lambda r: r.state == "sent")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._(
                    "%(sent)s asked, %(rest)s left out.", sent=len(sent), rest=len(self.partner_ids - sent.partner_id)
                ),
                "type": "success" if sent else "warning",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
