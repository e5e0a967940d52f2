from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ResPartner(models.Model):
    """From the contact to a stamp in one click."""

    _inherit = "res.partner"

    def action_kundenbindung_stamp(self):
        """Stamp the customer's card now; ask where there are several programmes, or a stamp was given today."""
        self.ensure_one()
        cards = self.env["loyalty.card"]
        cards._check_may_stamp()
        self.check_access("read")
        programs = self._stamp_programs()
        if not programs:
            raise UserError(
                self.env._(
                    "There is no stamp card for this customer. A manager makes one under Loyalty Programs, from the template “Stamp Card”."
                )
            )
        if len(programs) == 1:
            card = cards._card_of(programs, self).sudo(self.env.su)
            return card.action_stamp()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Stamp Card"),
            "res_model": "loyalty.card.stamp",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_partner_id": self.id},
        }

    def _stamp_programs(self):
        """Stamp cards that run today and are open to this customer."""
        self.ensure_one()
        company = self.env.company
        today = company.root_id._werthaltigkeit_today()
        programs = self.env["loyalty.program"].search(
            Domain("card_kind", "=", "stamps")
            & Domain("company_id", "in", [False, *company.parent_ids.ids])
            & (Domain("date_from", "=", False) | Domain("date_from", "<=", today))
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", today))
        )
        return programs.filtered(lambda program: program._admits(self))
