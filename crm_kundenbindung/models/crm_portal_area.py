from odoo import fields, models


class CrmPortalArea(models.Model):
    """A page of the customer portal: a company words, sorts and closes them."""

    _name = "crm.portal.area"
    _description = "Page of the Customer Portal"
    _order = "sequence, id"

    name = fields.Char("Title", required=True, translate=True)
    description = fields.Char("Line Below", translate=True)
    code = fields.Char(required=True, readonly=True, help="Technical name by which the page knows its area.")
    url = fields.Char("Address", required=True, readonly=True)
    icon = fields.Char(required=True, default="fa-file-o", help="Font Awesome class shown beside the title.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean("Open", default=True, help="Closed pages are neither shown nor answered.")
    group_id = fields.Many2one(
        "res.groups",
        "Open Only With",
        readonly=True,
        ondelete="cascade",
        help="The page is open while your people use this part: a complaint must not land where nobody looks.",
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "Each page of the portal is there once.")

    def _open(self):
        """Those of these pages whose part of the app is switched on."""
        switched_on = self.env.ref("base.group_user").sudo().all_implied_ids
        return self.filtered(lambda area: not area.group_id or area.group_id in switched_on)
