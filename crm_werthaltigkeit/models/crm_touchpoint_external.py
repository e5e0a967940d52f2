import math
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize

from .crm_touchpoint import DIRECTIONS, SATISFACTION

MOST_ROWS = 10_000
MOST_MINUTES = 60 * 24 * 7
MOST_COST = 1e9
OLDEST = 1900
LENGTHS = {"note": 10_000, "external_ref": 200, "external_system": 64}
TEXTS = {
    "external_system",
    "external_ref",
    "partner_ref",
    "email",
    "phone",
    "kind",
    "channel",
    "direction",
    "satisfaction",
    "note",
    "user",
}
CUSTOMER = ("partner_id", "partner_ref", "email", "phone")
FIELDS = TEXTS | {"partner_id", "company_id", "date", "minutes", "cost"}


class CrmTouchpointExternal(models.AbstractModel):
    """Checks touchpoints that other systems deliver, all rows at once, before any is written.

    The insert itself is in `crm.touchpoint.external.engine`.
    """

    _name = "crm.touchpoint.external"
    _description = "Touchpoints of Other Systems"

    @api.model
    def _log(self, values):
        """Return the ids of the touchpoints of these rows, in their order (see `crm.touchpoint.log_external`)."""
        self.env["crm.touchpoint"].check_access("create")
        if not isinstance(values, (list, tuple)):
            raise ValidationError(self.env._("values must be a list of touchpoints."))
        if len(values) > MOST_ROWS:
            raise ValidationError(
                self.env._(
                    "%(count)s rows at once are too many; send at most %(most)s.", count=len(values), most=MOST_ROWS
                )
            )
        engine = self.env["crm.touchpoint.external.engine"]
        errors = []
        rows = [self._parse(number, row, errors) for number, row in enumerate(values, start=1)]
        known = engine._known([row["key"] for row in rows if row])
        new = [row for row in rows if row and row["key"] not in known]
        self._resolve(new, errors)
        if errors:
            raise ValidationError(
                "\n".join(
                    self.env._("Row %(row)s, %(field)s: %(problem)s", row=row, field=field, problem=problem)
                    for row, field, problem in sorted(errors)
                )
            )
        known.update(engine._insert(new))
        return [known[row["key"]] for row in rows]

    # -- one row ------------------------------------------------------------------------------------

    def _parse(self, number, values, errors):
        """Return the row with every field checked by itself, None where it cannot even be named."""
        _ = self.env._
        if not isinstance(values, dict):
            errors.append((number, "-", _("is not a touchpoint with named fields")))
            return None
        row = {"number": number}
        before = len(errors)
        for name, value in values.items():
            if name not in FIELDS:
                errors.append((number, self._excerpt(name), _("is not a field of log_external")))
            elif value is not None and value is not False:
                row[name], problem = self._parsed(name, value)
                if problem:
                    errors.append((number, name, problem))
        for name in ("external_system", "external_ref"):
            if not row.get(name):
                errors.append((number, name, _("is missing")))
        company = row.setdefault("company_id", self.env.company.id)
        if company not in self.env.companies.ids:
            errors.append((number, "company_id", _("is not a company of this user")))
        given = [name for name in CUSTOMER if row.get(name)]
        if len(errors) == before and len(given) != 1:
            errors.append(
                (number, "partner_id", _("give the customer by exactly one of partner_id, partner_ref, email, phone"))
            )
        if len(errors) > before:
            return None
        row["customer"] = given[0]
        row["key"] = (company, row["external_system"], row["external_ref"])
        return row

    def _parsed(self, name, value):
        """Return (value as it is stored, what is wrong with it)."""
        if name in TEXTS:
            return self._parsed_text(name, value)
        if name == "date":
            return self._parsed_date(value)
        if name in ("partner_id", "company_id"):
            if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**31:
                return None, self.env._("must be the id of a record")
            return value, None
        return self._parsed_number(name, value)

    def _parsed_text(self, name, value):
        if not isinstance(value, str):
            return None, self.env._("must be text")
        value = value.strip()
        length = LENGTHS.get(name, 256)
        if len(value) > length:
            return None, self.env._("is longer than %s characters", length)
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            return None, self.env._("contains a character that cannot be stored")
        choices = {"direction": DIRECTIONS, "satisfaction": SATISFACTION}.get(name)
        if choices and value and value not in dict(choices):
            return None, self.env._("is none of %s", ", ".join(dict(choices)))
        return value, None

    def _parsed_number(self, name, value):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None, self.env._("must be a number")
        if isinstance(value, float) and not math.isfinite(value):
            return None, self.env._("is not a finite number")
        if value < 0:
            return None, self.env._("must not be negative")
        if value > (MOST_MINUTES if name == "minutes" else MOST_COST):
            return None, self.env._("is too large")
        return float(value), None

    def _parsed_date(self, value):
        """A moment in ISO 8601, in UTC where it names no offset; an event has happened already."""
        if not isinstance(value, str) and type(value) is not datetime:
            return None, self.env._("must be text like 2026-11-23T14:05:00+01:00")
        try:
            moment = datetime.fromisoformat(value.strip().replace("Z", "+00:00")) if isinstance(value, str) else value
        except ValueError:
            return None, self.env._("is not a date like 2026-11-23T14:05:00+01:00")
        if moment.year < OLDEST:
            return None, self.env._("lies before the year %s", OLDEST)
        if moment.year > 9000 or self._utc(moment) > fields.Datetime.now() + timedelta(days=1):
            return None, self.env._("lies in the future; a touchpoint is an event that happened")
        return self._utc(moment), None

    def _utc(self, moment):
        if moment.tzinfo:
            moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
        return moment.replace(microsecond=0)

    def _excerpt(self, value):
        return repr(str(value)[:40])

    # -- all rows -----------------------------------------------------------------------------------

    def _resolve(self, rows, errors):
        """Replace codes, logins and what names the customer by ids: a few queries, however many rows."""
        self._resolve_codes(rows, "kind", "crm.touchpoint.kind", errors)
        self._resolve_codes(rows, "channel", "crm.touchpoint.channel", errors)
        self._resolve_users(rows, errors)
        for name, group in self._grouped(rows, "customer").items():
            self._resolve_customers(name, group, errors)

    def _grouped(self, rows, key):
        groups = {}
        for row in rows:
            groups.setdefault(row[key], []).append(row)
        return groups

    def _resolve_codes(self, rows, name, model, errors):
        ids = {record.code: record.id for record in self.env[model].search([("code", "!=", False)])}
        for row in rows:
            code = row.get(name) or ("contact" if name == "kind" else None)
            row[f"{name}_id"] = ids.get(code)
            if code and code not in ids:
                errors.append((row["number"], name, self.env._("the code %s is unknown", self._excerpt(code))))

    def _resolve_users(self, rows, errors):
        logins = {row["user"] for row in rows if row.get("user")}
        users = self.env["res.users"].sudo().search([("login", "in", list(logins)), ("share", "=", False)])
        ids = {user.login: user for user in users}
        for row in rows:
            user = ids.get(row.get("user"))
            row["user_id"] = user.id if user else None
            if row.get("user") and (not user or row["company_id"] not in user.company_ids.ids):
                errors.append(
                    (row["number"], "user", self.env._("the login %s is unknown", self._excerpt(row["user"])))
                )

    def _resolve_customers(self, name, rows, errors):
        """Find the contacts by one way of naming them; several of one customer mean that customer."""
        terms = {row["number"]: self._term(name, row) for row in rows}
        field = {"partner_id": "id", "partner_ref": "ref", "email": "email_normalized", "phone": "phone_sanitized"}[
            name
        ]
        partners = self.env["res.partner"].with_context(active_test=name != "partner_id")
        found = self._grouped(
            partners.search_read(
                [(field, "in", list({term for term in terms.values() if term}))],
                [field, "company_id", "commercial_partner_id"],
                load=None,
            ),
            field,
        )
        ancestors = {company.id: set(company.parent_ids.ids) | {False} for company in self.env.companies}
        for row in rows:
            matches = [
                partner
                for partner in found.get(terms[row["number"]], ())
                if partner["company_id"] in ancestors[row["company_id"]]
            ]
            customers = {partner["commercial_partner_id"] for partner in matches}
            if len(matches) == 1:
                row["partner_id"] = matches[0]["id"]
            elif len(customers) == 1:
                row["partner_id"] = customers.pop()
            elif customers:
                ids = ", ".join(str(partner["id"]) for partner in matches[:5])
                errors.append((row["number"], name, self.env._("fits several customers (contacts %s)", ids)))
            else:
                errors.append((row["number"], name, self.env._("no contact has %s", self._excerpt(row[name]))))

    def _term(self, name, row):
        """What Odoo stores to find a contact by: normalised address, international number."""
        if name == "email":
            return email_normalize(row[name])
        if name == "phone":
            company = self.env["res.company"].browse(row["company_id"])
            return self.env["res.partner"]._phone_format(number=row[name], country=company.sudo().country_id)
        return row[name]
