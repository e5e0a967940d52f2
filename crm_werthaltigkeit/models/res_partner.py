from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .crm_touchpoint import SATISFACTION

USER_GROUP = "crm_werthaltigkeit.group_werthaltigkeit_user"


class ResPartner(models.Model):
    _inherit = "res.partner"

    werthaltigkeit_channel_id = fields.Many2one(
        "crm.touchpoint.channel",
        "Preferred Channel",
        ondelete="set null",
        help="The channel this contact wants, as they said.",
        groups=USER_GROUP,
    )
    werthaltigkeit_interest_ids = fields.Many2many("crm.interest", string="Interests and Hobbies", groups=USER_GROUP)
    werthaltigkeit_goal = fields.Text(
        "Customer's Own Goal", help="What success means to this customer.", groups=USER_GROUP
    )
    werthaltigkeit_awareness_id = fields.Many2one(
        "utm.source",
        "Became Aware Through",
        ondelete="set null",
        help="How this customer became aware of us, as they said.",
        groups=USER_GROUP,
    )
    werthaltigkeit_consent_ids = fields.One2many("crm.consent", "partner_id", "Consents", groups=USER_GROUP)
    werthaltigkeit_touchpoint_ids = fields.One2many(
        "crm.touchpoint",
        "commercial_partner_id",
        "History",
        help="All touchpoints of the customer and its contacts.",
        groups=USER_GROUP,
    )
    werthaltigkeit_snapshot_ids = fields.One2many(
        "crm.customer.value.snapshot", "partner_id", "Month Ends", groups=USER_GROUP
    )
    werthaltigkeit_value_id = fields.Many2one(
        "crm.customer.value", "Customer Value", compute="_compute_werthaltigkeit_value_id", groups=USER_GROUP
    )
    werthaltigkeit_touchpoint_count = fields.Integer(
        "Touchpoints", compute="_compute_werthaltigkeit_touchpoints", groups=USER_GROUP
    )
    werthaltigkeit_mood = fields.Selection(
        SATISFACTION, "Last Smiley", compute="_compute_werthaltigkeit_touchpoints", groups=USER_GROUP
    )
    werthaltigkeit_observed_channel_id = fields.Many2one(
        "crm.touchpoint.channel",
        "Observed Channel",
        compute="_compute_werthaltigkeit_value",
        search="_search_werthaltigkeit_observed_channel_id",
        help="The channel on which this customer comes to us most.",
        groups=USER_GROUP,
    )
    werthaltigkeit_value_class = fields.Selection(
        [("A", "A"), ("B", "B"), ("C", "C")],
        "Value Class",
        compute="_compute_werthaltigkeit_value",
        search="_search_werthaltigkeit_value_class",
        groups=USER_GROUP,
    )
    werthaltigkeit_trend = fields.Selection(
        [("up", "↑"), ("down", "↓"), ("same", "")],
        "Trend of the Class",
        compute="_compute_werthaltigkeit_value",
        groups=USER_GROUP,
    )
    werthaltigkeit_rfm = fields.Char(
        "RFM", compute="_compute_werthaltigkeit_value", search="_search_werthaltigkeit_rfm", groups=USER_GROUP
    )
    werthaltigkeit_revenue = fields.Monetary(
        "Revenue",
        compute="_compute_werthaltigkeit_value",
        search="_search_werthaltigkeit_revenue",
        currency_field="werthaltigkeit_currency_id",
        groups=USER_GROUP,
    )
    werthaltigkeit_db1 = fields.Monetary(
        "CM I",
        compute="_compute_werthaltigkeit_value",
        search="_search_werthaltigkeit_db1",
        currency_field="werthaltigkeit_currency_id",
        groups=USER_GROUP,
    )
    werthaltigkeit_last_order_date = fields.Date(
        "Last Order",
        compute="_compute_werthaltigkeit_value",
        search="_search_werthaltigkeit_last_order_date",
        groups=USER_GROUP,
    )
    werthaltigkeit_order_count = fields.Integer(
        "Orders in Period",
        compute="_compute_werthaltigkeit_value",
        search="_search_werthaltigkeit_order_count",
        groups=USER_GROUP,
    )
    werthaltigkeit_currency_id = fields.Many2one(
        "res.currency", compute="_compute_werthaltigkeit_value", groups=USER_GROUP
    )
    werthaltigkeit_headline = fields.Char(
        "In One Sentence", compute="_compute_werthaltigkeit_headline", groups=USER_GROUP
    )
    werthaltigkeit_objected = fields.Boolean(
        "Last Word Was No", readonly=True, copy=False, help="To profiling; follows the consents.", groups=USER_GROUP
    )
    werthaltigkeit_no_profiling = fields.Boolean(
        "Objected to Profiling", compute="_compute_werthaltigkeit_no_profiling", groups=USER_GROUP
    )

    _werthaltigkeit_phone_idx = models.Index("(phone_sanitized) WHERE phone_sanitized IS NOT NULL")

    @api.depends_context("company")
    def _compute_werthaltigkeit_value_id(self):
        model = self.env["crm.customer.value"]  # one query instead of ids first and figures after
        values = model.search_fetch(
            [("partner_id", "in", self.commercial_partner_id.ids), ("company_id", "=", self.env.company.root_id.id)],
            [name for name, field in model._fields.items() if field.store and field.prefetch is True],
        )
        by_partner = {value.partner_id.id: value for value in values}
        for partner in self:
            partner.werthaltigkeit_value_id = by_partner.get(partner.commercial_partner_id.id, False)

    @api.depends("werthaltigkeit_value_id")
    @api.depends_context("company")
    def _compute_werthaltigkeit_value(self):
        for partner in self:
            value = partner.werthaltigkeit_value_id
            partner.werthaltigkeit_value_class = value.value_class
            partner.werthaltigkeit_trend = value.trend
            partner.werthaltigkeit_rfm = value.rfm
            partner.werthaltigkeit_revenue = value.revenue
            partner.werthaltigkeit_db1 = value.db1
            partner.werthaltigkeit_last_order_date = value.last_order_date
            partner.werthaltigkeit_order_count = value.order_count
            partner.werthaltigkeit_observed_channel_id = value.observed_channel_id
            partner.werthaltigkeit_currency_id = value.currency_id or self.env.company.currency_id

    @api.depends_context("allowed_company_ids")
    def _compute_werthaltigkeit_touchpoints(self):
        """Number of touchpoints, and the last smiley while it is news (90 days)."""
        counts, moods = defaultdict(int), {}
        for customer, satisfaction, count, last in self.env["crm.touchpoint"]._read_group(
            [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
            ["commercial_partner_id", "satisfaction"],
            ["__count", "date:max"],
        ):
            counts[customer.id] += count
            if satisfaction:
                moods.setdefault(customer.id, []).append((last, satisfaction))
        news = fields.Datetime.now() - timedelta(days=90)
        for partner in self:
            customer_id = partner.commercial_partner_id.id
            last, satisfaction = max(moods.get(customer_id, [(news, False)]))
            partner.werthaltigkeit_touchpoint_count = counts[customer_id]
            partner.werthaltigkeit_mood = last >= news and satisfaction

    @api.depends("commercial_partner_id.werthaltigkeit_objected")
    def _compute_werthaltigkeit_no_profiling(self):
        for partner in self:
            partner.werthaltigkeit_no_profiling = partner.commercial_partner_id.werthaltigkeit_objected

    def _update_werthaltigkeit_objected(self):
        """Keep the last word on profiling with the contact: opening it must not look through all consents."""
        self.env["crm.consent"].flush_model()
        objectors = self.env["crm.value.query"]._objecting(self.ids)
        for partner in self:
            partner.werthaltigkeit_objected = partner.id in objectors

    # -- scores and classes as filters ----------------------------------------------------------

    def _search_by_value(self, field, operator, value):
        """Contacts whose customer's value in the current company meets the condition.

        A condition that an empty value meets also finds the customers without a value row.
        """
        if operator.startswith("not "):
            return NotImplemented
        values = self.env["crm.customer.value"]._search(
            [("company_id", "=", self.env.company.root_id.id), ("partner_id", "!=", False), (field, operator, value)]
        )
        domain = Domain("commercial_partner_id", "in", values.subselect("partner_id"))
        if operator == "in" and False in value:
            known = self.env["crm.customer.value"]._search(
                [("company_id", "=", self.env.company.root_id.id), ("partner_id", "!=", False)]
            )
            domain |= Domain("commercial_partner_id", "not in", known.subselect("partner_id"))
        return domain

    def _search_werthaltigkeit_value_class(self, operator, value):
        return self._search_by_value("value_class", operator, value)

    def _search_werthaltigkeit_rfm(self, operator, value):
        return self._search_by_value("rfm", operator, value)

    def _search_werthaltigkeit_revenue(self, operator, value):
        return self._search_by_value("revenue", operator, value)

    def _search_werthaltigkeit_db1(self, operator, value):
        return self._search_by_value("db1", operator, value)

    def _search_werthaltigkeit_last_order_date(self, operator, value):
        return self._search_by_value("last_order_date", operator, value)

    def _search_werthaltigkeit_order_count(self, operator, value):
        return self._search_by_value("order_count", operator, value)

    def _search_werthaltigkeit_observed_channel_id(self, operator, value):
        return self._search_by_value("observed_channel_id", operator, value)

    # -- the sentence above the fold ------------------------------------------------------------

    @api.depends("werthaltigkeit_value_id")
    @api.depends_context("lang", "company")
    def _compute_werthaltigkeit_headline(self):
        for partner in self:
            partner.werthaltigkeit_headline = " · ".join(filter(None, partner._werthaltigkeit_headline_parts()))

    def _werthaltigkeit_headline_parts(self):
        """Return the parts of the sentence that says it all, in reading order; other features add theirs."""
        self.ensure_one()
        value = self.werthaltigkeit_value_id
        if not value:
            return [self.env._("No purchases yet")] if self.werthaltigkeit_touchpoint_count else []
        if not value.last_order_date:
            return [self.env._("No purchases yet")]
        _ = self.env._
        parts = [_("Customer since %s", value.first_order_date.year)]
        rhythm = [_("1 order") if value.orders_ever == 1 else _("%s orders", value.orders_ever)]
        if value.mean_interval:
            rhythm.append(_("every %s days", round(value.mean_interval)))
        days = value.days_since_order
        last = {0: _("last today"), 1: _("last yesterday")}.get(days) or _("last %s days ago", days)
        if value.days_overdue:
            last = _("%(last)s (%(days)s overdue)", last=last, days=value.days_overdue)
        parts.append(", ".join([*rhythm, last]))
        parts += self._werthaltigkeit_headline_expectation()
        parts.append(self._werthaltigkeit_headline_mood())
        return parts

    def _werthaltigkeit_headline_mood(self):
        """The last smiley, while it is news."""
        texts = {
            "bad": self.env._("☹ last contact"),
            "neutral": self.env._("😐 last contact"),
            "good": self.env._("☺ last contact"),
        }
        return texts.get(self.werthaltigkeit_mood)

    # -- actions ----------------------------------------------------------------------------------

    def action_werthaltigkeit_touchpoints(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_werthaltigkeit.crm_touchpoint_action")
        return dict(
            action,
            domain=[("commercial_partner_id", "=", self.commercial_partner_id.id)],
            context={"default_partner_id": self.id},
            display_name=self.env._("History of %s", self.commercial_partner_id.display_name),
        )

    def action_werthaltigkeit_log(self):
        self.ensure_one()
        return self.env["crm.touchpoint"].action_log_contact({"default_partner_id": self.id})

    def action_werthaltigkeit_recommendations(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_werthaltigkeit.crm_product_recommendation_action")
        return dict(
            action,
            domain=[("partner_id", "=", self.commercial_partner_id.id)],
            context={"hide_partner": True},
            display_name=self.env._("Recommendations for %s", self.commercial_partner_id.display_name),
        )

    def action_werthaltigkeit_value(self):
        self.ensure_one()
        return self.werthaltigkeit_value_id.get_formview_action()
