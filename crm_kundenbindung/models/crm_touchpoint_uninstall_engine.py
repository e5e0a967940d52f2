from odoo import models
from odoo.tools import SQL


class CrmTouchpointQuery(models.AbstractModel):
    """What uninstalling leaves of the history: the addon's sources take theirs along, contacts logged by hand stay."""

    _inherit = "crm.touchpoint.query"

    def _forget_addon(self, module):
        """Return the statements that let go of the sources and kinds that a module brought."""

        def brought(model):
            data = self.env["ir.model.data"].sudo().search([("module", "=", module), ("model", "=", model)])
            return data.mapped("res_id")

        sources, kinds = brought("crm.touchpoint.source"), brought("crm.touchpoint.kind")
        contact = self.env.ref("crm_werthaltigkeit.touchpoint_kind_contact")
        return [
            SQL("DELETE FROM crm_touchpoint WHERE source_id = ANY(%s)", sources),
            SQL("DELETE FROM crm_touchpoint_annotation WHERE source_id = ANY(%s)", sources),
            SQL("UPDATE crm_touchpoint SET kind_id = %s WHERE kind_id = ANY(%s)", contact.id, kinds),
        ]
