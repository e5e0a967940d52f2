from odoo import api, fields, models

from odoo.addons.crm_werthaltigkeit.models.crm_consent import PURPOSES


class CrmPortal(models.AbstractModel):
    """Consent per purpose: what the customer read, what it said, and when."""

    _inherit = "crm.portal"

    def _wordings(self):
        """Return {purpose: what giving it means}: shown on the page, and kept with the consent as its proof."""
        company = self.env.user.sudo().company_id.name
        _ = self.env._
        return {
            "profiling": _(
                "%s may work out from my orders and contacts what could suit me, for example recommendations. "
                "If I object, no scores are made of me.",
                company,
            ),
            "mail": _("%s may send me offers and news by e-mail.", company),
            "post": _("%s may send me offers and news by post.", company),
            "phone": _("%s may call me with offers and news.", company),
            "sms": _("%s may send me offers and news by text message or messenger.", company),
        }

    def _consent_partner(self, purpose):
        """Scores are made of the customer as a whole; on the other purposes each person decides for itself."""
        return self._customer() if purpose == "profiling" else self._partner()

    @api.model
    def _consents(self):
        """Return per purpose: its name and wording, the last word on it with its date, and all words before."""
        people = self._partner() | self._customer()
        rows = self.env["crm.consent"].sudo().search([("partner_id", "in", people.ids)])
        wordings, names = self._wordings(), dict(rows._fields["purpose"]._description_selection(self.env))
        found = []
        for purpose, _label in PURPOSES:
            words = rows.filtered(lambda row, purpose=purpose: row.purpose == purpose)
            own = words.filtered(lambda row, purpose=purpose: row.partner_id == self._consent_partner(purpose))
            found.append(
                {
                    "purpose": purpose,
                    "name": names[purpose],
                    "wording": wordings[purpose],
                    "last": (own or words)[:1],
                    "words": words,
                }
            )
        return found

    @api.model
    def _last_word(self, purpose):
        """ "given", "withdrawn", or nothing said yet."""
        [consent] = [consent for consent in self._consents() if consent["purpose"] == purpose]
        return consent["last"].state

    @api.model
    def _consent(self, purpose, state):
        """Note the customer's word as a new row, with what it had read; the same word twice is one."""
        if purpose not in dict(PURPOSES) or state not in ("given", "withdrawn"):
            return self.env["crm.consent"]
        partner = self._consent_partner(purpose)
        consents = self.env["crm.consent"].sudo()
        last = consents.search([("partner_id", "=", partner.id), ("purpose", "=", purpose)], limit=1)
        if last.state == state:
            return last
        return consents.create(
            {
                "partner_id": partner.id,
                "purpose": purpose,
                "state": state,
                "date": fields.Datetime.now(),
                "origin": self.env._("Customer portal"),
                "wording": self._wordings()[purpose],
            }
        )
