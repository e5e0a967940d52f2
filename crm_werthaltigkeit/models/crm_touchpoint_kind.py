from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmTouchpointKind(models.Model):
    """What happened: an enquiry, an offer, an order, a complaint …; a company may add its own."""

    _name = "crm.touchpoint.kind"
    _description = "Kind of Touchpoint"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Technical name that reports and other apps rely on.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    icon = fields.Char(default="fa-comment-o", help="Font Awesome class shown in the customer history.")
    loggable = fields.Boolean(help="Offered when somebody logs a contact by hand.")
    is_purchase = fields.Boolean(
        help="Counts as a purchase: the first is a purchase, each later one a repeat purchase."
    )
    needs_answer = fields.Boolean(help="Coming from the customer, it waits until somebody answered.")

    _code_uniq = models.Constraint("UNIQUE(code)", "Another kind of touchpoint has this code already.")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        touchpoints = self.env["crm.touchpoint"].sudo().with_context(active_test=False)
        if touchpoints.search_count([("kind_id", "in", self.ids)], limit=1):
            raise UserError(self.env._("There are touchpoints of this kind. Archive it instead."))
