from odoo import models
from odoo.tools import SQL


class CrmOutreachEngine(models.AbstractModel):
    """Who gets the campaign of a measure: the treated, less who objected since they were drawn."""

    _inherit = "crm.outreach.engine"

    def _people(self, outreach):
        if outreach.target != "measure":
            return super()._people(outreach)
        return SQL(
            "SELECT p.partner_id FROM crm_measure_participant p"
            " WHERE p.measure_id = %s AND p.arm = 'treated' AND p.partner_id IS NOT NULL AND p.excluded IS NULL",
            outreach.measure_id.id,
        )

    def _objected(self, outreach):
        if outreach.target != "measure":
            return super()._objected(outreach)
        return SQL("p.commercial_partner_id IN (%s)", self.env["crm.value.query"]._objectors())

    def _sync(self):
        """What became of a measure's campaign is known to the measure, too."""
        result = super()._sync()
        self.env["crm.measure.treatment.engine"]._sync()
        return result
