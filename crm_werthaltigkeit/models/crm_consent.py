from odoo import api, fields, models
from odoo.exceptions import AccessError

PURPOSES = [
    ("profiling", "Scores and Classes (Profiling)"),
    ("mail", "E-Mail"),
    ("post", "Post"),
    ("phone", "Phone"),
    ("sms", "SMS and Messengers"),
]


class CrmConsent(models.Model):
    """What a person agreed or objected to, per purpose; a change of mind is a new row."""

    _name = "crm.consent"
    _description = "Consent"
    _order = "date desc, id desc"
    _rec_name = "purpose"

    # set null: erasing a person keeps that a consent existed, without telling whose
    partner_id = fields.Many2one("res.partner", "Contact", index="btree_not_null", ondelete="set null")
    purpose = fields.Selection(PURPOSES, required=True)
    state = fields.Selection(
        [("given", "Given"), ("withdrawn", "Withdrawn / Objected")], required=True, default="given"
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    origin = fields.Char("How", help="Where the person said so: form, phone call, letter, portal …")
    wording = fields.Text("Text They Read", help="What the person read when agreeing or objecting, word for word.")
    user_id = fields.Many2one("res.users", "Recorded By", default=lambda self: self.env.user, readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        consents = super().create([dict(vals, user_id=self.env.uid) for vals in vals_list])
        spoke = consents.filtered(lambda c: c.purpose == "profiling").partner_id.commercial_partner_id
        if spoke:  # takes effect at the next run
            spoke.sudo()._update_werthaltigkeit_objected()
            self.env["crm.customer.value"].sudo().search([("partner_id", "in", spoke.ids)])._mark_stale()
            objected = spoke.sudo().filtered("werthaltigkeit_objected")
            self.env["crm.product.recommendation"].sudo().search([("partner_id", "in", objected.ids)]).unlink()
        return consents

    def write(self, vals):  # pylint: disable=method-required-super  # nothing is ever written
        raise AccessError(self.env._("A consent is evidence and stays as it was recorded. Record a new one instead."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        raise AccessError(self.env._("A consent is evidence and stays as it was recorded. Record a new one instead."))
