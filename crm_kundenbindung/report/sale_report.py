from odoo import fields, models


class SaleReport(models.Model):
    _inherit = "sale.report"

    kundenbindung_stage_id = fields.Many2one("crm.retention.stage", "Life Cycle Stage", readonly=True)

    def _select_additional_fields(self):
        return dict(super()._select_additional_fields(), kundenbindung_stage_id="customer_retention.stage_id")

    def _from_sale(self):
        """Join where the customer stands in the root company of the order; the company is joined below."""
        return (
            super()._from_sale()
            + """
            LEFT JOIN crm_retention customer_retention
                   ON customer_retention.partner_id = partner.commercial_partner_id
                  AND customer_retention.company_id = split_part(werthaltigkeit_company.parent_path, '/', 1)::int
        """
        )

    def _group_by_sale(self):
        return super()._group_by_sale() + ", customer_retention.stage_id"
