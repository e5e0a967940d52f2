from odoo import fields, models
from odoo.exceptions import UserError


class CrmMeasureParticipant(models.Model):
    """How a treated customer was reached, and whether they responded."""

    _inherit = "crm.measure.participant"

    activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null", index="btree_not_null")  # fmt: skip
    card_id = fields.Many2one("loyalty.card", "Card or Coupon", readonly=True, ondelete="set null", index="btree_not_null")  # fmt: skip
    touchpoint_id = fields.Many2one(
        "crm.touchpoint",
        "Logged Contact",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The contact in which the customer was treated, where one was logged by hand: it is the treatment in the history.",
    )
    failure = fields.Char("What Went Wrong", readonly=True)
    checked = fields.Boolean(
        readonly=True, help="Of a standing rule: whether the customer may be treated was looked up."
    )
    responded_on = fields.Date(readonly=True, help="The first response, however it came.")
    response_ids = fields.One2many("crm.measure.response", "participant_id", "Responses", readonly=True)

    def _responsible(self):
        """Who looks after this customer: their salesperson where there is one, else whoever is responsible for the measure."""
        user = self.partner_id.user_id
        return user if user.active and not user.share else self.measure_id.user_id or self.env.user

    def _check_treatable(self):
        """:raise UserError: where somebody is not to be treated, or not now"""
        self.measure_id.check_access("write")
        if self.filtered(lambda row: row.arm != "treated"):
            raise UserError(self.env._("Only treated customers can be marked: the others are to be left alone."))
        if self.filtered(lambda row: row.measure_id.state != "running"):
            raise UserError(self.env._("Customers are treated while the measure runs."))

    def action_mark_treated(self):
        """Note by hand that these customers were treated; who is marked already stays as is."""
        self.check_access("read")
        self._check_treatable()
        for company, rows in self.grouped("company_id").items():
            rows.filtered(lambda row: not row.treated_on).sudo()._internal().write(
                {"treated_on": company.sudo()._werthaltigkeit_today()}
            )
        self.measure_id._count_reached()

    def action_responded(self):
        """Note by hand that these customers responded: they called, came by, returned the card."""
        self.check_access("read")
        self._check_treatable()
        return self.env["crm.measure.response"]._log(self, "phone")

    def action_open_treatment(self):
        """Open the activity's customer, the card or the campaign row it was done with."""
        self.ensure_one()
        return (self.card_id or self.partner_id).get_formview_action()
