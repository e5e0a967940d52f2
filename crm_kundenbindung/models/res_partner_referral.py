from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .res_partner_retention import USER_GROUP


class ResPartner(models.Model):
    """The contact as one who recommends us."""

    _inherit = "res.partner"

    kundenbindung_referral_count = fields.Integer(
        "Referrals of the Customer", compute="_compute_kundenbindung_referral_count", groups=USER_GROUP
    )

    @api.depends("kundenbindung_facts")
    @api.depends_context("company")
    def _compute_kundenbindung_referral_count(self):
        for partner in self:
            partner.kundenbindung_referral_count = (partner.kundenbindung_facts or {}).get("referrals", 0)

    def _referral_url(self):
        """The address with which this contact recommends the company, or False while there is no referral programme."""
        self.ensure_one()
        company = self.env.company.root_id
        if not self.env["loyalty.program"]._referral_program(company):
            return False
        return self.env["crm.referral.code"]._of(self, company).url

    def action_kundenbindung_referrals(self):
        """Open whom this customer recommended, and by whom it was recommended."""
        self.ensure_one()
        customer = self.commercial_partner_id.id
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_referral_action")
        domain = ["|", ("referrer_customer_id", "=", customer), ("customer_id", "=", customer)]
        return dict(action, domain=domain, context={}, views=[(False, "list"), (False, "kanban"), (False, "form")])

    def action_kundenbindung_referral_link(self):
        """Show code and link with which this contact recommends us."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group(USER_GROUP):
            raise AccessError(self.env._("Only users of customer retention see the referral links of customers."))
        company = self.env.company.root_id
        if not self.env["loyalty.program"]._referral_program(company):
            raise UserError(
                self.env._("There is no referral program. Create one by its template under Loyalty Programs.")
            )
        return self.env["crm.referral.code"]._of(self, company).with_env(self.env)._open()
