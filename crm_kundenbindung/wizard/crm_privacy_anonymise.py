from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmPrivacyAnonymise(models.TransientModel):
    """What an erasure would do, before it is done."""

    _name = "crm.privacy.anonymise"
    _description = "Anonymise a Contact"

    partner_id = fields.Many2one("res.partner", "Contact", required=True, readonly=True, ondelete="cascade")
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    sure = fields.Boolean("I understand that this cannot be undone")

    @api.depends("partner_id")
    def _compute_preview(self):
        engine = self.env["crm.privacy.engine"].sudo()
        for wizard in self:
            wizard.partner_id._privacy_check()
            partners = wizard.partner_id.sudo()._privacy_scope()
            title = lambda name: self.env["ir.model"].sudo()._get(name).name  # noqa: E731
            found = [(title(name), count, texts) for name, count, texts in engine._found(partners)]
            emptied = [(name, count) for name, count, texts in found if texts]
            kept = [(name, count) for name, count, texts in found if not texts]
            restricted = [(title(name), count) for name, count in engine._restricted(partners)]
            _ = self.env._
            wizard.preview = Markup("").join(
                [
                    wizard._section(
                        _("Name, addresses, numbers, notes and files go, the contact is archived"),
                        [(p.display_name, 1) for p in partners],
                    ),
                    wizard._section(_("Texts are emptied, also in messages; figures and dates stay"), emptied),
                    wizard._section(_("Stays as it is: sums and values without a text"), kept),
                    wizard._section(
                        _(
                            "Restricted: the law makes you keep it (§ 147 AO, § 257 HGB). Print invoices that have no PDF yet: afterwards they show no name"
                        ),
                        restricted,
                    ),
                ]
            )

    def _section(self, title, rows):
        if not rows:
            return Markup()
        lines = Markup().join(Markup("<li>%s: %s</li>") % row for row in rows)
        return Markup("<h5>%s</h5><ul>%s</ul>") % (title, lines)

    def action_anonymise(self):
        self.ensure_one()
        self.partner_id._privacy_check()
        if not self.sure:
            raise UserError(self.env._("Confirm that you understand that this cannot be undone."))
        partner = self.partner_id
        partner._privacy_anonymise()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
