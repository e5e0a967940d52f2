from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmReferralEnter(models.TransientModel):
    """Enter who recommended us to a lead or a contact: by the code that was told, or by choosing the customer."""

    _name = "crm.referral.enter"
    _description = "Recommended By"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company.root_id)
    lead_id = fields.Many2one("crm.lead")
    partner_id = fields.Many2one("res.partner", "Who Was Recommended")
    code = fields.Char(help="As it stands in the link or on the card of the referrer.")
    referrer_id = fields.Many2one("res.partner", "Or the Customer Who Recommends Us")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if values.get("lead_id") and not values.get("partner_id"):
            values["partner_id"] = self.env["crm.lead"].browse(values["lead_id"]).partner_id.id
        return values

    def action_enter(self):
        """Write the referral down and show it, with the reason where it is none."""
        self.ensure_one()
        if not self.lead_id and not self.partner_id:
            raise UserError(self.env._("Nobody was chosen who was recommended."))
        self.lead_id.check_access("read")
        self.partner_id.check_access("read")
        company = self.company_id.root_id
        if company not in self.env.companies.root_id:
            raise UserError(self.env._("Please choose one of your companies."))
        lead, partner = self.lead_id, self.partner_id
        referral = self.env["crm.referral"]._enter(
            self._referrer(company),
            company,
            lead_id=lead.id,
            partner_id=partner.id,
            contact_name=partner.name or lead.contact_name or lead.partner_name or lead.name,
            email=partner.email or lead.email_from,
            phone=partner.phone or lead.phone,
        )
        return referral.with_env(self.env).get_formview_action()

    def _referrer(self, company):
        """The contact behind the code; a wrong code is counted, and after some of them none is looked up."""
        if not self.code:
            if not self.referrer_id:
                raise UserError(self.env._("Please enter the code, or choose who recommends us."))
            self.referrer_id.check_access("read")
            return self.referrer_id
        attempts = self.env["loyalty.code.attempt"]
        keys = attempts._keys(internal=True)
        code = False if attempts._are_blocked(keys) else self.env["crm.referral.code"]._find(self.code, company)
        if not code:
            attempts._count(keys, self.code)
            raise UserError(attempts._message())
        return code.partner_id.sudo(False)
