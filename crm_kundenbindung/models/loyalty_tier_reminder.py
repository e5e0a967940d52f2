# One file per concern. pylint: disable=consider-merging-classes-inherited
from markupsafe import Markup

from odoo import fields, models

ACTIVITY = "crm_kundenbindung.mail_activity_type_downgrade"


class ResCompany(models.Model):
    _inherit = "res.company"

    kundenbindung_tier_downgrades = fields.Integer(
        "Downgrades Asked For", readonly=True, help="So many waited for a person's word when somebody was asked last."
    )


class LoyaltyTierEngine(models.AbstractModel):
    """Downgrades that wait for a person are told to one: one task per company, however many customers."""

    _inherit = "loyalty.tier.engine"

    def _update(self, company):
        result = super()._update(company)
        self._ask_for_word(company)
        return result

    def _ask_for_word(self, company):
        """Ask when more wait than at the last time; a task that has become needless goes away."""
        self.env.flush_all()
        waiting = (
            self.env["loyalty.tier.member"]
            .sudo()
            .search_count([("company_id", "=", company.id), ("downgrade", "=", "due")])
        )
        asked = company.kundenbindung_tier_downgrades
        if waiting == asked:
            return
        company.sudo().kundenbindung_tier_downgrades = waiting
        partner = company.sudo().partner_id
        if not waiting:
            partner.activity_unlink([ACTIVITY])
        elif waiting > asked and not partner.activity_search([ACTIVITY]):
            self._plan_word(company, partner)

    def _plan_word(self, company, partner):
        user = self.env["crm.feedback.request"].new({"company_id": company})._find_manager()
        env = self.with_context(lang=user.lang or self.env.lang, mail_activity_quick_update=True).env
        link = Markup('<a href="/odoo/action-%s">%s</a>') % (
            "crm_kundenbindung.loyalty_tier_member_action_due",
            env._("Customers whose tier is to be lowered"),
        )
        partner.with_env(env).activity_schedule(
            ACTIVITY,
            summary=env._("Confirm that customers go down a tier, or let them keep it"),
            note=link,
            user_id=user.id or self.env.uid,
        )
