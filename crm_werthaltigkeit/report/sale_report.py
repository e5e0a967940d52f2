from odoo import fields, models


class SaleReport(models.Model):
    _inherit = "sale.report"

    werthaltigkeit_value_class = fields.Selection([("A", "A"), ("B", "B"), ("C", "C")], "Value Class", readonly=True)

    def _select_additional_fields(self):
        return dict(super()._select_additional_fields(), werthaltigkeit_value_class="customer_value.value_class")

    def _from_sale(self):
        """Join the customer's value in the root company of the order."""
        return (
            super()._from_sale()
            + """
            LEFT JOIN res_company werthaltigkeit_company ON werthaltigkeit_company.id = s.company_id
            LEFT JOIN crm_customer_value customer_value
                   ON customer_value.partner_id = partner.commercial_partner_id
                  AND customer_value.company_id = split_part(werthaltigkeit_company.parent_path, '/', 1)::int
        """
        )

    def _group_by_sale(self):
        return super()._group_by_sale() + ", customer_value.value_class"
