from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_controlling_concept = fields.Boolean("CRM Concept", implied_group="crm_controlling.group_controlling_concept")
    group_controlling_utility = fields.Boolean(
        "Utility Analyses", implied_group="crm_controlling.group_controlling_utility"
    )
    group_controlling_requirement = fields.Boolean(
        "Requirement Specifications", implied_group="crm_controlling.group_controlling_requirement"
    )
