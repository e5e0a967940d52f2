from odoo import api, fields, models, tools
from odoo.exceptions import AccessError
from odoo.tools.urls import urljoin


class CrmOutreach(models.Model):
    """A campaign that carries out a measure: it goes to the treated customers and to nobody else."""

    _inherit = "crm.outreach"

    target = fields.Selection(
        selection_add=[("measure", "Treated customers of a measure")], ondelete={"measure": "cascade"}
    )
    measure_id = fields.Many2one("crm.measure", readonly=True, copy=False, ondelete="restrict", index="btree_not_null")

    def write(self, vals):
        """A campaign stays with its measure: other recipients would be another measure."""
        if not self.env.su and ("measure_id" in vals or "target" in vals and self.filtered("measure_id")):
            raise AccessError(self.env._("The recipients of this campaign are the treated customers of its measure."))
        return super().write(vals)

    def _answer_url(self, recipient):
        """Where this recipient responds with one click; signed, bound to the row."""
        return urljoin(self.get_base_url(), f"/outreach/answer/{recipient.id}/{self._sign_answer(recipient)}")

    @api.model
    def _sign_answer(self, recipient):
        return tools.hmac(
            self.env(su=True), "crm_kundenbindung-outreach-answer", (recipient.id, recipient.outreach_id.id)
        )

    def action_view_measure(self):
        self.ensure_one()
        return self.measure_id.get_formview_action()
