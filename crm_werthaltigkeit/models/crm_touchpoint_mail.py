from odoo import api, fields, models
from odoo.tools import email_normalize, email_split


class CrmTouchpointMail(models.Model):
    """A mail written outside Odoo that reached the history by its address in BCC or by forwarding."""

    _name = "crm.touchpoint.mail"
    _description = "Mail by BCC"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"

    name = fields.Char("Subject", required=True)
    date = fields.Datetime(default=fields.Datetime.now, required=True)
    email_from = fields.Char("From")
    email_to = fields.Char("To")
    user_id = fields.Many2one("res.users", "Our Person", ondelete="set null")
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    touchpoint_ids = fields.Many2many("crm.touchpoint", compute="_compute_touchpoint_ids")
    matched = fields.Boolean(help="An address of the mail belongs to a contact or a lead.")

    @api.depends("matched")
    def _compute_touchpoint_ids(self):
        for mail in self:
            mail.touchpoint_ids = self.env["crm.touchpoint"].search(
                [("res_model", "=", self._name), ("res_id", "=", mail.id), ("source_id", "=", False)]
            )

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Log a touchpoint for each customer or lead among the addresses of the mail.

        Only mails from our own people count: an address in BCC is no contact form.
        """
        sender = email_normalize(msg_dict.get("from") or msg_dict.get("email_from") or "")
        user = self.env["res.users"].sudo().search([("email_normalized", "=", sender), ("share", "=", False)], limit=1)
        vals = {
            "name": msg_dict.get("subject") or self.env._("No subject"),
            "date": msg_dict.get("date") or fields.Datetime.now(),
            "email_from": msg_dict.get("from"),
            "email_to": ", ".join(filter(None, (msg_dict.get("to"), msg_dict.get("cc")))),
            "user_id": user.id,
            "company_id": (user.company_id or self.env.company).id,
        }
        mail = super().message_new(msg_dict, {**(custom_values or {}), **vals})
        if user:
            mail._log_touchpoints()
        return mail

    def _log_touchpoints(self):
        """Create one outbound touchpoint per customer, or per lead where there is no contact."""
        for mail in self.sudo():
            addresses = {email_normalize(address) for address in email_split(mail.email_to or "")} - {False}
            partners = (
                self.env["res.partner"]
                .sudo()
                .search(
                    [
                        ("email_normalized", "in", list(addresses)),
                        ("partner_share", "=", True),
                        ("company_id", "in", (False, mail.company_id.id)),
                    ]
                )
            )
            partners = partners.browse({p.email_normalized: p.id for p in partners.sorted("id", reverse=True)}.values())
            rest = addresses - set(partners.mapped("email_normalized"))
            leads = (
                self.env["crm.lead"]
                .sudo()
                .search(
                    [("email_normalized", "in", list(rest)), ("partner_id", "=", False), ("won_status", "=", "pending")]
                )
            )
            common = mail._prepare_touchpoint_vals()
            self.env["crm.touchpoint"].sudo().create(
                [dict(common, partner_id=partner.id) for partner in partners]
                + [dict(common, lead_id=lead.id) for lead in leads]
            )
            mail.matched = bool(partners or leads)

    def _prepare_touchpoint_vals(self):
        self.ensure_one()
        return {
            "date": self.date,
            "user_id": self.user_id.id,
            "company_id": self.company_id.id,
            "direction": "out",
            "kind_id": self.env.ref("crm_werthaltigkeit.touchpoint_kind_contact").id,
            "channel_id": self.env.ref("crm_werthaltigkeit.touchpoint_channel_email").id,
            "res_model": self._name,
            "res_id": self.id,
        }
