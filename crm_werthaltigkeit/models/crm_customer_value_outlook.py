from odoo import fields, models


class CrmCustomerValue(models.Model):
    """What may be expected of a customer, in words: each figure with the method behind it."""

    _inherit = "crm.customer.value"

    def _expects_margin(self):
        """Whether the expectation is a margin: enough of the company's costs are known. Else it is revenue."""
        self.ensure_one()
        return self.rank_basis == "db1"

    def _expects_profit(self):
        """Whether an expected profit after service may be shown: margins and contact rates are known."""
        self.ensure_one()
        return self._expects_margin() and self.profit_known

    def _expectation(self):
        """Return "facts" [{"key", "label", "type", "value", "detail", "warning", "source", "action"}].

        A fact's value is a probability, number, date or amount by its "type". Without enough data
        there are no facts but "text", which says so; "card" tells how well the method did on the past.
        """
        self.ensure_one()
        if self.no_profiling:
            text = self.env._("This customer objected to profiling: nothing is expected.")
            return {"method": "none", "text": text, "facts": [], "card": ""}
        said = not self.anonymous and self.purchase_method in ("model", "baseline")
        facts = self._expectation_facts() if said else [self._next_order_fact()]
        return {
            "method": self.purchase_method or "none",
            "text": "" if said else self._expectation_nothing(),
            "facts": [fact for fact in facts if fact],
            "card": self._model_card()._summary(),
        }

    def _expectation_nothing(self):
        _ = self.env._
        if not self.orders_ever:
            return _("Too little data: expectations start with the first purchase.")
        return _("Too little data to say what this customer will buy.")

    def _expectation_facts(self):
        _ = self.env._
        buys = self._purchase_method_text()
        amount = self._amount_method_text()
        margin = self._expects_margin()
        return [
            self._fact("active", _("Probably Still Buys"), "share", self.probability_active, buys)
            if self.purchase_method == "model"
            else None,
            self._next_order_fact(),
            self._fact("purchases", _("Purchases in 12 Months"), "number", self.expected_purchases, buys),
            *(self._amount_facts(margin, amount) if self.amount_method not in (False, "none") else ()),
        ]

    def _fact(self, key, label, type_, value, source, detail="", warning=False, action=False):
        return {
            "key": key,
            "label": label,
            "type": type_,
            "value": value,
            "detail": detail,
            "warning": warning,
            "source": source,
            "action": action,
        }

    def _next_order_fact(self):
        expected = self.expected_order_date
        if not expected:
            return None
        _ = self.env._
        days = (expected - self.company_id.sudo()._werthaltigkeit_today()).days
        detail = (
            _("%s days overdue", -days)
            if days < -1
            else {-1: _("1 day overdue"), 0: _("today"), 1: _("tomorrow")}.get(days) or _("in %s days", days)
        )
        rhythm = _("own rhythm: every %s days", round(self.mean_interval)) if self.mean_interval else _("own rhythm")
        source = rhythm if self.date_method == "rhythm" else _("model: when half of such customers have bought again")
        return self._fact(
            "order",
            _("Next Order"),
            "date",
            fields.Date.to_string(expected),
            source,
            detail,
            days < 0,
            "action_view_gross",
        )

    def _amount_facts(self, margin, source):
        _ = self.env._
        company = self.company_id.sudo()
        horizon = _(
            "%(years)s years, money of later years discounted at %(rate)s %% a year",
            years=company.werthaltigkeit_horizon,
            rate=f"{company.werthaltigkeit_discount_rate:g}",
        )
        label = _("Expected CM II in 12 Months") if margin else _("Expected Revenue in 12 Months")
        facts = [
            self._fact("amount", label, "money", self.expected_db if margin else self.expected_revenue, source),
            self._fact("lifetime", _("Lifetime Value"), "money", self.lifetime_value, horizon),
        ]
        if self.margin_at_risk > 0:
            risk = _("what the customer would bring in 12 months, times the probability of a loss")
            label = _("Margin at Risk") if margin else _("Revenue at Risk")
            facts.append(self._fact("risk", label, "money", self.margin_at_risk, risk))
        return facts + (self._profit_facts() if self._expects_profit() else [])

    def _profit_facts(self):
        _ = self.env._
        return [
            self._fact(
                "service",
                _("Cost to Serve in 12 Months"),
                "money",
                -self.service_cost_year,
                _("touchpoints of the past 12 months"),
                action="action_view_service_year",
            ),
            self._fact(
                "profit",
                _("Expected Profit After Service"),
                "money",
                self.expected_profit,
                _("expected CM II less the cost to serve"),
                _("The cost exceeds the profit to be expected") if self.cost_exceeds_profit else "",
                self.cost_exceeds_profit,
            ),
        ]

    def _purchase_method_text(self):
        if self.purchase_method == "model":
            return self.env._("model: how often and how recently this customer bought")
        return self.env._("as often as in the past 12 months")

    def _amount_method_text(self):
        _ = self.env._
        return {
            "own": _("own purchases, weighed with those of all customers"),
            "rate": _("own revenue at the average margin rate"),
            "average": _("average of all customers"),
        }.get(self.amount_method, "")
