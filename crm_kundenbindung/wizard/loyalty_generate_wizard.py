from odoo import fields, models
from odoo.exceptions import UserError

from ..movement import KEY, Movement


class LoyaltyGenerateWizard(models.TransientModel):
    _inherit = "loyalty.generate.wizard"

    reason_id = fields.Many2one(
        "loyalty.ledger.reason",
        default=lambda self: self.env.ref("crm_kundenbindung.ledger_reason_generated", raise_if_not_found=False),
    )

    def generate_coupons(self):
        """Cards that come with points are points given away: by a manager, with a reason."""
        self.env["loyalty.card"]._check_ledger_manager()
        if not self.env.su and not all(wizard.reason_id for wizard in self):
            raise UserError(self.env._("Changing a balance by hand needs a reason."))
        movement = Movement("adjustment", cause="issued", reason_id=self[:1].reason_id.id)
        return super(LoyaltyGenerateWizard, self.with_context(**{KEY: movement})).generate_coupons()
