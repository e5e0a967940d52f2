from odoo import api, fields, models


class CrmOutreachRecipient(models.Model):
    """The link with which a customer of a measure responds."""

    _inherit = "crm.outreach.recipient"

    answer_link = fields.Char(
        "Link to Respond", compute="_compute_answer_link", help="Of a measure: who clicks and confirms has responded."
    )

    def _compute_answer_link(self):
        for recipient in self:
            measure = recipient.outreach_id.sudo().measure_id
            recipient.answer_link = recipient.outreach_id._answer_url(recipient) if measure else False

    @api.model
    def mail_allowed_qweb_expressions(self):
        return (*super().mail_allowed_qweb_expressions(), "object.answer_link")
