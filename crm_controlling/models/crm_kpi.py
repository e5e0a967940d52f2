from odoo import fields, models


class CrmKpi(models.Model):
    _inherit = "crm.kpi"

    on_board = fields.Boolean("On the Board", help="Shown on the board of CRM Controlling and in its monthly report.")
