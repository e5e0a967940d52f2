import hashlib

from dateutil.relativedelta import relativedelta
from werkzeug.exceptions import NotFound

from odoo import fields, http
from odoo.http import request
from odoo.tools import email_normalize, plaintext2html

LENGTHS = {"name": 100, "email": 100, "phone": 40, "message": 1000}


class Referral(http.Controller):
    """The page a referral link leads to: who recommends us, what both get, and a form for whoever wants to hear from us."""

    @http.route(
        "/refer/<string:code>", type="http", auth="public", website=True, methods=["GET", "POST"], sitemap=False
    )
    def refer(self, code, **post):
        row, program = self._row(code)
        values = {
            "row": row,
            "program": program,
            "company": row.company_id,
            "referrer": self._first_name(row.partner_id),
        }
        errors, typed = {}, {}
        if request.httprequest.method == "POST":
            typed = {name: str(post.get(name) or "").strip()[:length] for name, length in LENGTHS.items()}
            errors = self._errors(typed, post)
            if not errors:
                # Whoever fills the field that nobody sees is a program: it is told the same as everybody.
                if not post.get("website") and not self._too_many() and not self._is_again(row, typed):
                    self._create(row, typed)
                return self._page("crm_kundenbindung.referral_page_thanks", values)
        return self._page("crm_kundenbindung.referral_page", {**values, "errors": errors, "typed": typed})

    def _row(self, code):
        """The code of this link and the programme; wrong, revoked, of another company and too many tries answer alike."""
        attempts = request.env["loyalty.code.attempt"]
        keys = attempts._keys()
        blocked = attempts._are_blocked(keys)
        row = request.env["crm.referral.code"].sudo()._find(code)
        program = row and row.env["loyalty.program"]._referral_program(row.company_id)
        if blocked or not program:
            if not blocked:
                attempts._count(keys, code)
            raise NotFound()
        return row.with_company(row.company_id), program

    def _first_name(self, partner):
        """Of a person no more than the first name is shown."""
        return partner.name if partner.is_company else (partner.name or "").split(" ")[0]

    def _page(self, template, values):
        return request.env["ir.ui.view"]._render_template(template, {**values, "main_object": values["row"].browse()})

    def _errors(self, typed, post):
        """What is missing, by field, in words."""
        _, errors = request.env._, {}
        if not typed["name"]:
            errors["name"] = _("Please tell us your name.")
        if not typed["email"] and not typed["phone"]:
            errors["email"] = _("Please leave an e-mail address or a phone number.")
        elif typed["email"] and not email_normalize(typed["email"]):
            errors["email"] = _("This does not look like an e-mail address.")
        if not post.get("consent"):
            errors["consent"] = _("Without your agreement we may not contact you.")
        return errors

    def _too_many(self):
        """Whether too many forms came from this address or session of late; each is counted."""
        attempts = request.env["loyalty.code.attempt"]
        keys = [hashlib.sha256(f"refer {key}".encode()).hexdigest() for key in attempts._keys()]
        if attempts._are_blocked(keys):
            return True
        attempts._count(keys)
        return False

    def _is_again(self, row, typed):
        """Whether the same person sent the form before, in the past month: once is enough."""
        same = []
        if email := email_normalize(typed["email"]):
            same = [("email", "=ilike", email)]
        if typed["phone"]:
            same = [*(["|"] if same else []), *same, ("phone", "=", typed["phone"])]
        since = fields.Datetime.now() - relativedelta(months=1)
        domain = [("company_id", "=", row.company_id.id), ("named_on", ">", since), *same]
        return bool(request.env["crm.referral"].sudo().search_count(domain, limit=1))

    def _create(self, row, typed):
        """A lead with its referrer, and what the person agreed to, as it was worded."""
        partner, company = row.partner_id, row.company_id
        # What our people read is in their language; what the person agreed to, in that of the page.
        lang = company.partner_id.lang or request.env.lang
        env = row.with_context(mail_create_nosubscribe=True, lang=lang).env
        user = partner.user_id or partner.commercial_partner_id.user_id
        source = env.ref("crm_kundenbindung.utm_source_referral", raise_if_not_found=False)
        lead = env["crm.lead"].sudo().create(
            {
                "name": env._("Recommended by %s", partner.display_name),
                "contact_name": typed["name"],
                "email_from": email_normalize(typed["email"]) or False,
                "phone": typed["phone"] or False,
                "description": plaintext2html(typed["message"]) if typed["message"] else False,
                "company_id": company.id,
                "user_id": user.id if company in user.company_ids.root_id else False,
                "source_id": source.id if source else False,
            }
        )  # fmt: skip
        env["crm.referral"].sudo()._enter(
            partner,
            company,
            lead_id=lead.id,
            contact_name=typed["name"],
            email=email_normalize(typed["email"]) or False,
            phone=typed["phone"] or False,
            origin="page",
            consented_on=fields.Datetime.now(),
            consent_text=request.env._(
                "%s may contact me about this recommendation. I can take that back at any time.", company.name
            ),
        )
