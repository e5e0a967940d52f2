from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """What was found out about the contact that is left is looked at again."""
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        rows = self.env["crm.data.care"].sudo().search([("partner_id", "in", partner_ids)])
        if rows:
            self.env["crm.data.care.engine"].sudo()._recheck(rows)
        kept = dst_partner or self.env["res.partner"].browse(partner_ids)
        kept.exists().commercial_partner_id.sudo()._update_werthaltigkeit_objected()
        return result

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Resolve what would collide before Odoo moves the foreign keys: it deletes rows that do."""
        self.env["crm.value.engine"].sudo()._merge_customers(src_partners.ids, dst_partner.id)
        self.env["crm.value.snapshot.engine"].sudo()._merge_customers(src_partners.ids, dst_partner.id)
        self.env["crm.data.care.engine"].sudo()._merge_partners(src_partners.ids, dst_partner.id)
        # what fits all that the merged customers bought is found the next night
        self.env["crm.product.recommendation"].sudo().search([("partner_id", "in", src_partners.ids)]).unlink()
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _update_reference_fields(self, src_partners, dst_partner):
        """Move the touchpoints that name the merged contacts by model and id."""
        result = super()._update_reference_fields(src_partners, dst_partner)
        self.env["crm.touchpoint.engine"].sudo()._move_records("res.partner", src_partners.ids, dst_partner.id)
        self.env["crm.value.assessment"]._move_subject("res.partner", src_partners.ids, dst_partner.id)
        return result
