from odoo import fields, models


class CrmGoal(models.Model):
    _name = "crm.goal"
    _inherit = ["crm.goal", "crm.concept.link.mixin"]

    concept_ids = fields.Many2many("crm.concept", string="CRM Concepts")


class CrmMeasure(models.Model):
    _name = "crm.measure"
    _inherit = ["crm.measure", "crm.concept.link.mixin"]

    # measures are seen by people who have no part in controlling
    concept_ids = fields.Many2many(
        "crm.concept", string="CRM Concepts", groups="crm_controlling.group_controlling_user"
    )
    concept_count = fields.Integer(groups="crm_controlling.group_controlling_user")


class CrmSpecification(models.Model):
    _name = "crm.specification"
    _inherit = ["crm.specification", "crm.concept.link.mixin"]

    concept_ids = fields.Many2many("crm.concept", string="CRM Concepts")


class CrmUtilityAnalysis(models.Model):
    _name = "crm.utility.analysis"
    _inherit = ["crm.utility.analysis", "crm.concept.link.mixin"]

    concept_ids = fields.Many2many("crm.concept", string="CRM Concepts")
