from odoo import api, models
from odoo.fields import Domain

CARD_TYPES = ("loyalty", "ewallet")
HIGHEST_ID = 2**31


class CrmPortal(models.AbstractModel):
    """What a customer sees of itself on /my: the one place that decides which records are its own.

    Portal users have no rights on the models behind these pages, so RPC shows them nothing. The pages read as
    superuser, but only what `_own` finds; a foreign record is not found, exactly like one that is not there.
    """

    _name = "crm.portal"
    _description = "Customer Portal"

    @api.model
    def _partner(self):
        """The person at the screen."""
        return self.env.user.sudo().partner_id

    @api.model
    def _customer(self):
        """The customer whose records the person may see."""
        return self._partner().commercial_partner_id

    # -- own records ------------------------------------------------------------------------------

    @api.model
    def _own_domains(self):
        """Return {model: domain of the customer's own records}; a page adds its model here, and only here."""
        customer = self._customer().id
        companies = Domain("company_id", "in", self.env.user.sudo().company_ids.ids)
        own = Domain("commercial_partner_id", "=", customer) & companies
        of_contacts = Domain("partner_id.commercial_partner_id", "=", customer)
        return {
            "loyalty.card": of_contacts
            & (companies | Domain("company_id", "=", False))
            & Domain("program_id.active", "=", True)
            & Domain("program_id.program_type", "in", CARD_TYPES)
            & (Domain("expiration_date", "=", False) | Domain("expiration_date", ">=", "today")),
            "crm.complaint": own,
            "crm.promise": own & Domain("customer_visible", "=", True) & Domain("scope", "=", "external"),
            "crm.idea": of_contacts & companies & Domain("origin", "=", "customer"),
            "crm.touchpoint": own & Domain("kind_id.customer_visible", "=", True),
            "crm.product.recommendation": Domain("partner_id", "=", customer)
            & Domain("company_id", "=", self.env.user.sudo().company_id.root_id.id)
            & Domain("product_id.sale_ok", "=", True),
            "sale.order": of_contacts & companies & Domain("state", "=", "sale"),
        }

    @api.model
    def _own(self, model, domain=Domain.TRUE, **search):
        """The customer's own records of a model, as superuser; see `_own_domains`."""
        return self.env[model].sudo().search(self._own_domains()[model] & Domain(domain), **search)

    @api.model
    def _own_count(self, model, domain=Domain.TRUE):
        return self.env[model].sudo().search_count(self._own_domains()[model] & Domain(domain))

    @api.model
    def _own_record(self, model, record_id):
        """The record with this id if it is the customer's own, else nothing: foreign and missing do not differ."""
        if not isinstance(record_id, int) or not 0 < record_id < HIGHEST_ID:
            return self.env[model].sudo()
        return self._own(model, [("id", "=", record_id)], limit=1)

    # -- pages ------------------------------------------------------------------------------------

    @api.model
    def _areas(self):
        """The open pages, in the company's order."""
        return self.env["crm.portal.area"].sudo().search([])._open().filtered(lambda area: self._has(area.code))

    @api.model
    def _has(self, code):
        """Whether there is anything behind a page at all; parts that may be missing say so."""
        return code != "referral" or hasattr(self._partner(), "_referral_url")

    @api.model
    def _area(self, code):
        return self._areas().filtered(lambda area: area.code == code)[:1]

    @api.model
    def _counts(self, counters):
        """Figures on the tiles of /my/home; nothing instead of 0, which would only be noise."""
        domains = {
            "kundenbindung_cards_count": ("loyalty.card", Domain.TRUE),
            "kundenbindung_complaints_count": ("crm.complaint", Domain("state", "=", "open")),
            "kundenbindung_promises_count": ("crm.promise", Domain("state", "=", "open")),
            "kundenbindung_ideas_count": ("crm.idea", Domain.TRUE),
        }
        return {name: self._own_count(*domains[name]) or "" for name in counters if name in domains}
