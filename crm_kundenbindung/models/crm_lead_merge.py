from odoo import api, models


class CrmLead(models.Model):
    """What hangs on a lead goes along when it is merged; with a lead that is deleted goes what tells of it alone."""

    _inherit = "crm.lead"

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        for model in ("crm.referral", "crm.promise", "crm.booking"):
            self.env[model].sudo().with_context(active_test=False).search([("lead_id", "in", opportunities.ids)]).write(
                {"lead_id": self.id}
            )
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_promises(self):
        """A promise names whom it was made to: without the lead and without a contact it would be made to nobody."""
        promises = self.env["crm.promise"].sudo().with_context(active_test=False)
        promises.search([("lead_id", "in", self.ids), ("partner_id", "=", False), ("scope", "!=", "internal")]).unlink()
