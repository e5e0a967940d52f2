from odoo import fields, models


class CrmCompetitor(models.Model):
    """To whom customers go: picked when an opportunity is lost or a customer says that they left."""

    _name = "crm.competitor"
    _inherit = ["crm.unchecked.target"]
    _description = "Competitor"
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    note = fields.Text("What They Are Good At")

    _name_uniq = models.UniqueIndex("(lower(name), COALESCE(company_id, 0))", "This competitor is there already.")
