from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

USER_GROUP = "crm_kundenbindung.group_kundenbindung_user"


class ResPartner(models.Model):
    """Groups of a contact's customer, and what rules of groups ask for."""

    _inherit = "res.partner"

    kundenbindung_member_ids = fields.One2many(
        "crm.customer.group.member", "partner_id", "Memberships", groups=USER_GROUP
    )
    kundenbindung_month_ids = fields.One2many(
        "crm.customer.month", "partner_id", "Months With Purchases", groups=USER_GROUP
    )
    kundenbindung_group_ids = fields.Many2many(
        "crm.customer.group",
        string="Customer Groups",
        compute="_compute_kundenbindung_group_ids",
        search="_search_kundenbindung_group_ids",
        groups=USER_GROUP,
    )
    kundenbindung_days_since_first = fields.Integer(
        "Days Since First Purchase",
        compute="_compute_kundenbindung_purchases",
        search="_search_kundenbindung_days_since_first",
        groups=USER_GROUP,
    )
    kundenbindung_days_since_last = fields.Integer(
        "Days Since Last Purchase",
        compute="_compute_kundenbindung_purchases",
        search="_search_kundenbindung_days_since_last",
        groups=USER_GROUP,
    )
    kundenbindung_purchase_days = fields.Integer(
        "Purchases Ever",
        compute="_compute_kundenbindung_purchases",
        search="_search_kundenbindung_purchase_days",
        help="Distinct days with a purchase.",
        groups=USER_GROUP,
    )
    kundenbindung_birthday = fields.Date("Birthday", groups=USER_GROUP)
    kundenbindung_birthday_this_month = fields.Boolean(
        "Birthday This Month",
        compute="_compute_kundenbindung_birthday_this_month",
        search="_search_kundenbindung_birthday_this_month",
        groups=USER_GROUP,
    )
    kundenbindung_promoter = fields.Boolean(
        "Would Recommend Us",
        compute="_compute_kundenbindung_promoter",
        search="_search_kundenbindung_promoter",
        help="The last answer to the question of recommendation within 12 months was 9 or 10.",
        groups=USER_GROUP,
    )
    kundenbindung_complainant = fields.Boolean(
        "Complained Within 12 Months",
        compute="_compute_kundenbindung_complainant",
        search="_search_kundenbindung_complainant",
        groups=USER_GROUP,
    )

    @api.depends_context("allowed_company_ids")
    def _compute_kundenbindung_group_ids(self):
        members = self.env["crm.customer.group.member"].search([("partner_id", "in", self.commercial_partner_id.ids)])
        groups = members.grouped("partner_id")
        for partner in self:
            own = groups.get(partner.commercial_partner_id, members.browse())
            partner.kundenbindung_group_ids = own.group_id

    def _search_kundenbindung_group_ids(self, operator, value):
        if operator.startswith("not "):
            return NotImplemented
        members = self.env["crm.customer.group.member"]._search([("group_id", operator, value)])
        return Domain("commercial_partner_id", "in", members.subselect("partner_id"))

    @api.depends("werthaltigkeit_value_id")
    @api.depends_context("company")
    def _compute_kundenbindung_purchases(self):
        today = self.env.company.root_id._werthaltigkeit_today()
        for partner in self:
            value = partner.werthaltigkeit_value_id
            first, last = value.first_order_date, value.last_order_date
            partner.kundenbindung_days_since_first = (today - first).days if first else 0
            partner.kundenbindung_days_since_last = (today - last).days if last else 0
            partner.kundenbindung_purchase_days = value.purchase_days_ever

    def _search_kundenbindung_days_since_first(self, operator, value):
        return self._search_by_days("first_order_date", operator, value)

    def _search_kundenbindung_days_since_last(self, operator, value):
        return self._search_by_days("last_order_date", operator, value)

    def _search_by_days(self, field, operator, value):
        """Contacts whose customer's date lies so many days back; who never bought is not found."""
        today = self.env.company.root_id._werthaltigkeit_today()
        if operator == "in":
            days = [today - relativedelta(days=int(number)) for number in value if number is not False]
            return self._search_by_value(field, "in", days)
        turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator)
        if not turned:
            return NotImplemented
        return self._search_by_value(field, turned, today - relativedelta(days=int(value)))

    def _search_kundenbindung_purchase_days(self, operator, value):
        return self._search_by_value("purchase_days_ever", operator, value)

    # -- birthdays --------------------------------------------------------------------------------

    @api.depends("kundenbindung_birthday")
    @api.depends_context("company")
    def _compute_kundenbindung_birthday_this_month(self):
        month = self.env.company.root_id._werthaltigkeit_today().month
        for partner in self:
            birthday = partner.kundenbindung_birthday
            partner.kundenbindung_birthday_this_month = bool(birthday and birthday.month == month)

    def _search_kundenbindung_birthday_this_month(self, operator, value):
        if operator != "in":
            return NotImplemented
        month = self.env.company.root_id._werthaltigkeit_today().month
        return Domain("kundenbindung_birthday.month_number", "=", month)

    # -- what other areas know ---------------------------------------------------------------------

    def _compute_kundenbindung_promoter(self):
        found = self._among("kundenbindung_promoter")
        for partner in self:
            partner.kundenbindung_promoter = partner.commercial_partner_id in found

    def _search_kundenbindung_promoter(self, operator, value):
        if operator != "in":
            return NotImplemented
        company = self.env.company.root_id
        promoters = self.env["crm.customer.group.engine"]._promoters(company, self._year_ago())
        return Domain("commercial_partner_id", "in", promoters)

    def _compute_kundenbindung_complainant(self):
        found = self._among("kundenbindung_complainant")
        for partner in self:
            partner.kundenbindung_complainant = partner.commercial_partner_id in found

    def _search_kundenbindung_complainant(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("commercial_partner_id", "in", self._complainants())

    def _among(self, name):
        """The customers of these contacts for which a searched flag is set."""
        return self.with_context(active_test=False).search(
            [("id", "in", self.commercial_partner_id.ids), (name, "=", True)]
        )

    def _year_ago(self):
        return self.env.company.root_id._werthaltigkeit_today() - relativedelta(months=12)

    def _complainants(self):
        """Select the customers with a complaint of the past year that was not cancelled."""
        complaints = self.env["crm.complaint"]._search(
            [
                ("opened_on", ">=", self._year_ago()),
                ("state", "!=", "cancelled"),
                ("company_id", "in", self.env["crm.value.lines"]._branches(self.env.company.root_id)),
            ]
        )
        return complaints.subselect("commercial_partner_id")
