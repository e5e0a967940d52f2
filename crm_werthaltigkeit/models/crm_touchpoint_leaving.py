from odoo import fields, models

from .unchecked_many2one import UncheckedMany2one


class CrmTouchpoint(models.Model):
    """What a customer who left says in a win-back contact: why, and to whom."""

    _inherit = "crm.touchpoint"

    left_us = fields.Boolean("Left Us…", store=False, help="The customer says why they buy elsewhere now.")
    lost_reason_id = UncheckedMany2one("crm.lost.reason", "Reason for Leaving", ondelete="set null")
    competitor_id = UncheckedMany2one("crm.competitor", "Left to", ondelete="set null")

    _leaving_idx = models.Index("(company_id, date) WHERE lost_reason_id IS NOT NULL OR competitor_id IS NOT NULL")
