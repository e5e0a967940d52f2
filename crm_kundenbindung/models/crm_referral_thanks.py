from odoo import fields, models

from ..movement import EPSILON


class CrmReferral(models.Model):
    """Who recommended us hears that it brought points: once per referral, and only where a mail may be sent."""

    _name = "crm.referral"
    _inherit = ["crm.referral", "crm.guarded.mixin"]

    thanked_on = fields.Datetime("Mail to the Referrer", readonly=True, copy=False)

    def _give(self, order_id):
        result = super()._give(order_id)
        self._thank()
        return result

    def _thank(self):
        """Mail and mark are one transaction with the points; a mail that fails takes back no points."""
        self.ensure_one()
        if self.thanked_on or not self.referrer_id or self.points_referrer <= EPSILON:
            return
        reason = self.env["crm.contact.pressure"]._reasons(self.referrer_id, self.company_id).get(self.referrer_id.id)
        if reason:
            words = dict(self.env["crm.outreach.recipient"]._fields["reason"]._description_selection(self.env))
            self._set_aside(words.get(reason, reason))
        elif self._guarded(self._send_thanks):
            self.thanked_on = fields.Datetime.now()

    def _send_thanks(self):
        lang = self.referrer_id.lang or self.env.lang
        referral = self.with_company(self.company_id).with_context(lang=lang)
        template = self.env.ref("crm_kundenbindung.mail_template_referral_rewarded").sudo()
        template.with_env(referral.env).send_mail(self.id, raise_exception=True)

    def _set_aside(self, reason):
        self._message_log(body=self.env._("The referrer got no mail: %s", reason))

    def _points_text(self):
        """What the referrer got, as on the card; empty before."""
        self.ensure_one()
        card = self.card_referrer_id.sudo()
        return card._format_points(self.points_referrer) if card else ""
