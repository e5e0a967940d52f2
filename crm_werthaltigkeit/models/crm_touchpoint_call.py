import re

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

SHORTEST = 3  # digits: Odoo's search by phone number takes no fewer
MOST = 20  # callers to choose from


class CrmTouchpointCall(models.AbstractModel):
    """Who calls: from the number that a softphone passes on to contacts and prospects."""

    _name = "crm.touchpoint.call"
    _description = "Incoming Call"

    @api.model
    @api.readonly
    def get_call(self, number):
        """Return who calls from this number, as far as the reader may see them.

        :param number: as the softphone writes it: +49…, 0049…, 0711…, tel:…, sip:…
        :return: {"status": "found", "none" or "invalid", "number": as people write it,
            "callers": [{"model", "id", "name", "customer", "touchpoints", "last"}]}
        """
        self.env["crm.touchpoint"].check_access("create")
        plain, sanitized = self._normalize(number)
        if not plain:
            return {"status": "invalid", "number": plain, "callers": []}
        callers = self._callers(plain, sanitized)
        if not callers and plain[0] not in "+0":  # 49711… for +49711…
            abroad = self._sanitize(f"+{plain}")
            callers = abroad and self._callers(plain, abroad) or []
            sanitized = abroad if callers else sanitized
        return {
            "status": "found" if callers else "none" if sanitized else "invalid",
            "number": self._written(sanitized) if sanitized else plain,
            "callers": callers,
        }

    @api.model
    def _normalize(self, number):
        """Return (digits as dialled, E.164 or False); ("", False) where there is no number in it."""
        text = number if isinstance(number, str) else ""
        text = re.sub(r"^\s*(tel|sips?|callto):", "", text, flags=re.IGNORECASE).split("@")[0].split(";")[0]
        plus = bool(re.match(r"\s*\+", text)) or text.startswith(" ")  # an address turns + into a space
        if not re.fullmatch(r"[\d\s+./()\-]*", text, flags=re.ASCII):
            return "", False
        digits = re.sub(r"\D", "", text)
        if not SHORTEST <= len(digits) <= 20:
            return "", False
        # " 0711…" is a number with a space before it, no country calls itself 0
        plain = f"+{digits}" if plus and not digits.startswith("0") else digits
        return plain, self._sanitize(plain)

    def _sanitize(self, number):
        return self.env["res.partner"]._phone_format(number=number, country=self.env.company.country_id)

    def _written(self, sanitized):
        partners = self.env["res.partner"]
        return partners._phone_format(
            number=sanitized, country=self.env.company.country_id, force_format="INTERNATIONAL"
        )

    def _callers(self, plain, sanitized):
        """Contacts with this number, else prospects: leads without a contact that are still open."""
        callers = self._having(self.env["res.partner"], plain, sanitized)
        if not callers:
            prospects = Domain("partner_id", "=", False) & Domain("won_status", "=", "pending")
            callers = self._having(self.env["crm.lead"], plain, sanitized, prospects)
        return [self._caller(record) for record in callers]

    def _having(self, model, plain, sanitized, domain=Domain.TRUE):
        """Records with this number; where Odoo could not sanitize theirs, the digits decide."""
        found = model
        if sanitized:
            found = model.search(Domain("phone_sanitized", "=", sanitized) & domain, limit=MOST)
        return found or model.search(
            Domain("phone_sanitized", "=", False) & Domain("phone_mobile_search", "=", plain) & domain, limit=MOST
        )

    def _caller(self, record):
        partner = record if record._name == "res.partner" else record.browse()
        field, value = (
            ("commercial_partner_id", partner.commercial_partner_id.id) if partner else ("lead_id", record.id)
        )
        count, last = self.env["crm.touchpoint"]._read_group([(field, "=", value)], [], ["__count", "date:max"])[0]
        name = record.name if partner else record.contact_name or record.partner_name or record.name
        customer = partner.commercial_partner_id.name if partner != partner.commercial_partner_id else record.city
        return {
            "model": record._name,
            "id": record.id,
            "name": name or record.display_name,
            "customer": customer or "",
            "touchpoints": count,
            "last": last and last.isoformat(sep=" ", timespec="seconds"),
        }

    @api.model
    def action_log(self, model, res_id):
        """Open the dialog "Log contact" for a call that comes in right now, from a contact or a lead."""
        if model not in ("res.partner", "crm.lead") or not isinstance(res_id, int):
            raise UserError(self.env._("Calls come from contacts or leads."))
        record = self.env[model].browse(res_id)
        record.check_access("read")
        kind = "lead_id" if model == "crm.lead" else "partner_id"
        action = self.env["crm.touchpoint"].action_log_call(**{kind: res_id})
        action["context"]["default_direction"] = "in"
        return action
