from odoo import models

from odoo.addons.crm_werthaltigkeit.models.unchecked_many2one import UncheckedMany2one


class CrmTouchpoint(models.Model):
    _inherit = "crm.touchpoint"

    measure_id = UncheckedMany2one(
        "crm.measure",
        "Measure",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="Our contact with a treated customer, or the response to it; found every night and at each evaluation.",
    )
