from odoo import api, models

from ..movement import KEY, Movement


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """What is made anew when needed goes, so that nothing collides: locks of new cards, trust, life cycle, proposals."""
        self.env["loyalty.card.holder"].sudo().search([("partner_id", "in", src_partners.ids)]).unlink()
        self.env["crm.customer.group.engine"].sudo()._merge_customers(src_partners.ids, dst_partner.id)
        self.env["crm.trust"].sudo().search([("partner_id", "in", src_partners.ids)]).unlink()
        self.env["crm.retention.engine"].sudo()._merge_customers(src_partners.ids, dst_partner.id)
        self.env["crm.next.action.engine"].sudo()._merge_customers(src_partners.ids, dst_partner.id)
        self.env["crm.measure.engine"].sudo()._merge_customers(src_partners.ids, dst_partner.id)
        self.env["crm.customer.month.engine"].sudo()._merge_customers(src_partners.ids, dst_partner.id)
        self.env["loyalty.tier.engine"].sudo()._merge_customers(src_partners.ids, dst_partner.id)
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _merge_loyalty_cards(self, src_partners, dst_partner):
        """Join the cards as Odoo does, in entries: no points, no debt and no expiry is lost."""
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .search([("partner_id", "in", (src_partners | dst_partner).ids)], order="id")
            .filtered("program_id.is_nominative")
        )
        self.env["loyalty.ledger.engine"].sudo()._lock_cards(cards)
        debts = {card: card.ledger_debt for card in cards.filtered("ledger_debt")}
        movement, finals, gone = Movement("merge", cause="merge"), {}, {}
        for program, own in cards.grouped("program_id").items():
            moved = own.filtered(lambda card: card.partner_id in src_partners)
            finals[program] = final = (own - moved)[:1] or moved[:1]
            gone[program] = moved - final
            movement.lines[final.id] = [line for card in moved - final for line in card._open_lots("merge")]
        wizard = self.with_context(**{KEY: movement})
        result = super(BasePartnerMergeAutomaticWizard, wizard)._merge_loyalty_cards(src_partners, dst_partner)
        for program, cards in gone.items():
            self.env["loyalty.stamp.engine"].sudo()._merge_cards(cards, finals[program])
        for card, debt in debts.items():
            final = finals[card.program_id]
            if card != final and card.partner_id in src_partners:
                card._move([{"amount": debt, "cause": "merge"}, {"amount": -debt, "cause": "debt"}], movement)
                final._move([{"amount": -debt, "cause": "merge"}, {"amount": debt, "cause": "debt"}], movement)
        return result
