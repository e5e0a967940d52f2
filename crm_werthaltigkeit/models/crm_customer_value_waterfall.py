from odoo import api, models
from odoo.tools import format_date

from .crm_customer_value_open import COMPLAINT_KINDS, RETURN_KINDS

MANAGER = "crm_werthaltigkeit.group_werthaltigkeit_manager"


class CrmCustomerValue(models.Model):
    """Why this value: the parts of the contribution margins in words and numbers, in one call."""

    _inherit = "crm.customer.value"

    @api.readonly
    def get_waterfall(self):
        """Return the parts from gross to CM III and the expectation, each with its source and what opens it.

        :return: "lines" [{"key", "label", "amount", "total", "source", "action"}], amounts signed so
            that the parts add up to the last total, which is the deepest margin that is known;
            "missing" [{"text", "label", "action"}] what keeps a deeper margin from being known;
            "expectation", see `_expectation`; and what the header shows
        """
        self.ensure_one()
        self.check_access("read")
        company = self.company_id.sudo()
        period = dict(company._fields["werthaltigkeit_period"]._description_selection(self.env))
        return {
            "id": self.id,
            "currency_id": self.currency_id.id,
            "period": period[company.werthaltigkeit_period],
            "company": company.name,
            "stale": self.stale,
            "lines": self._waterfall_lines() if self.gross or self.returns else [],
            "touchpoints": self._touchpoints_text(self.touchpoint_count) if self.touchpoint_count else "",
            "missing": self._waterfall_missing(),
            "class": self._waterfall_class(),
            "expectation": self._expectation(),
        }

    # -- the parts --------------------------------------------------------------------------------

    def _waterfall_lines(self):
        _ = self.env._
        gross = self._waterfall_part("gross", _("Gross"), self.gross, self._gross_source(), "action_view_gross")
        returns = self._waterfall_part(
            "returns", _("Returns"), -self.returns, self._returns_source(), "action_view_returns"
        )
        discounts = self._waterfall_part(
            "discounts", _("Discounts"), -self.discounts, _("on the lines sold"), "action_view_discounts"
        )
        rewards = self._waterfall_part(
            "rewards", _("Rewards"), -self.rewards, _("of programmes and promotions"), "action_view_rewards"
        )
        if not self.margin_known:
            revenue = self._waterfall_total("revenue", _("Revenue"), self.revenue)
            return [gross, *self._nonzero(returns, discounts, rewards), revenue]
        cost = self._waterfall_part(
            "cost", _("Cost of Goods"), -self.cost_of_goods, self._cost_source(), "action_view_cost_of_goods"
        )
        lines = [
            gross,
            *self._nonzero(returns),
            cost,
            self._waterfall_total("db1", _("CM I"), self.db1),
            *self._nonzero(discounts, rewards),
            self._waterfall_total("db2", _("CM II"), self.db2),
        ]
        if self.profit_known:
            lines += [*self._service_parts(), self._waterfall_total("db3", _("CM III"), self.db3)]
        return lines

    def _waterfall_part(self, key, label, amount, source, action):
        amount = self.currency_id.round(amount) or 0.0  # no "-0"
        return {
            "key": key,
            "label": label,
            "amount": amount,
            "total": False,
            "source": source,
            "action": action,
        }

    def _waterfall_total(self, key, label, amount):
        """A margin reached; its part of the revenue stands beside it."""
        rate = amount / self.revenue if self.revenue > 0 and key != "revenue" else None
        source = self.env._("%s %% of revenue", round(100 * rate)) if rate is not None else ""
        return {**self._waterfall_part(key, label, amount, source, False), "total": True}

    def _nonzero(self, *parts):
        return [part for part in parts if part["amount"]]

    def _service_parts(self):
        """Cost to serve by what caused it. What changed since the last computation is in the first part."""
        _ = self.env._
        groups = self._service_groups()
        costs = {key: self.currency_id.round(sum(cost for _kind, cost, _count in rows)) for key, rows in groups.items()}
        counts = {key: sum(count for _kind, _cost, count in rows) for key, rows in groups.items()}
        rest = self.touchpoint_cost - costs["return"] - costs["complaint"]
        touchpoints = self._waterfall_part(
            "touchpoints",
            _("Touchpoints"),
            -rest,
            " · ".join(filter(None, (self._kinds_source(groups["rest"]), self._rates_source()))),
            "action_view_service",
        )
        handling = [
            ("return", _("Handling of Returns"), "action_view_return_handling"),
            ("complaint", _("Handling of Complaints"), "action_view_complaint_handling"),
        ]
        return [
            touchpoints,
            *self._nonzero(
                *(
                    self._waterfall_part(key, label, -costs[key], self._touchpoints_text(counts[key]), action)
                    for key, label, action in handling
                )
            ),
        ]

    def _service_groups(self):
        """Return {"return", "complaint", "rest": [(kind, cost, count)]} of the period, dearest first.

        Sums are those of the whole customer, as on the value row, whoever looks at them.
        """
        groups = {"return": [], "complaint": [], "rest": []}
        if self.anonymous:
            return groups
        rows = (
            self.env["crm.touchpoint"].sudo()._read_group(self._service_domain(), ["kind_id"], ["cost:sum", "__count"])
        )
        for kind, cost, count in sorted(rows, key=lambda row: -row[1]):
            key = "return" if kind.code in RETURN_KINDS else "complaint" if kind.code in COMPLAINT_KINDS else "rest"
            groups[key].append((kind, cost, count))
        return groups

    # -- no number without its source -------------------------------------------------------------

    def _gross_source(self):
        _ = self.env._
        if self.company_id.sudo().werthaltigkeit_basis == "invoice":
            if self.order_count == 1:
                return _("from 1 posted invoice")
            return _("from %s posted invoices", self.order_count)
        return _("from 1 confirmed order") if self.order_count == 1 else _("from %s confirmed orders", self.order_count)

    def _returns_source(self):
        _ = self.env._
        return _("from 1 return") if self.return_count == 1 else _("from %s returns", self.return_count)

    def _cost_source(self):
        return self.env._("known for %s %% of the revenue", round(100 * self.known_cost_share))

    def _touchpoints_text(self, count):
        _ = self.env._
        return _("1 touchpoint") if count == 1 else _("%s touchpoints", count)

    def _kinds_source(self, rows):
        """Name the kinds of touchpoints that cost most."""
        text = self._touchpoints_text(sum(count for _kind, _cost, count in rows))
        dearest = [kind.name for kind, cost, _count in rows[:3] if cost]
        if not dearest:
            return text
        return self.env._("%(touchpoints)s, most for: %(kinds)s", touchpoints=text, kinds=", ".join(dearest))

    def _rates_source(self):
        company = self.company_id.sudo()
        confirmed = company.werthaltigkeit_rates_confirmed_on
        if not confirmed:
            return ""
        day, name = format_date(self.env, confirmed), company.werthaltigkeit_rates_confirmed_by.name
        if not name:
            return self.env._("rates confirmed on %s", day)
        return self.env._("rates confirmed on %(day)s by %(name)s", day=day, name=name)

    def _waterfall_missing(self):
        """What is missing to draw the next margin, and where to put it right."""
        _ = self.env._
        if not self.gross and not self.returns:
            return []
        if not self.margin_known:
            text = _(
                "For %s %% of the revenue the costs are unknown: no margin is shown.",
                round(100 * self.unknown_cost_share),
            )
            return [{"text": text, "label": _("What to do"), "action": "action_view_products_without_cost"}]
        if self.profit_known:
            return []
        if self.company_id.sudo().werthaltigkeit_rates_confirmed_on:
            return [{"text": _("CM III follows with the next computation."), "label": "", "action": False}]
        manager = self.env.user.has_group(MANAGER)
        text = _("Nobody has confirmed yet what a contact costs: what is left after service is not shown.")
        return [
            {"text": text, "label": _("Channels and Rates"), "action": "action_view_contact_rates"},
            *([{"text": "", "label": _("The rates are right"), "action": "action_confirm_rates"}] if manager else []),
        ]

    def _waterfall_class(self):
        """The class with what it is made of, and a person's word against it."""
        return {
            "value": self.value_class or "",
            "trend": self.trend or "",
            "manual": bool(self.value_class_manual),
            "computed": self.value_class_computed or "",
            "reason": self.override_reason or "",
            "user": self.override_user_id.sudo().name or "",
            "date": format_date(self.env, self.override_date) if self.override_date else "",
            "rfm": self.rfm or "",
            "can_override": not self.anonymous and self.env.user.has_group(MANAGER),
        }
