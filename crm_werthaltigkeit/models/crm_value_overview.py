from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime, formatLang

TOP = 5
FORECAST_MONTHS = 6


class CrmValueOverview(models.AbstractModel):
    """The customers on one page: what a manager should know of them, in words and numbers, in one call.

    Every figure is a dict with a text, formatted for the reader, and the action that opens its records;
    the screen and the PDF print the same.
    """

    _name = "crm.value.overview"
    _description = "Your Customers on One Page"

    @api.model
    @api.readonly
    def get_overview(self):
        """Return everything the page shows for the current company's root.

        :return: {"customers": 0, "company", "run": {"progress"} or False, "can_compute"} as long as no
            customer has a value; else also "computed_on", "basis", "tiles", "classes", "overdue",
            "costly", "forecast" and "steps"
        """
        values = self.env["crm.customer.value"]
        values.check_access("read")
        company = self.env.company.sudo().root_id
        facts = self._facts(company)
        head = {
            "company": company.name,
            "company_id": company.id,
            "customers": facts["customers"],
            "run": self._open_run(company),
            "can_compute": self.env.user.has_group("crm_werthaltigkeit.group_werthaltigkeit_manager"),
        }
        if not facts["customers"]:
            return head
        overdue, costly = self._overdue(company, facts), self._costly(company, facts)
        return {
            **head,
            "computed_on": self.env._(
                "Computed on %s", format_datetime(self.env, facts["computed_on"], dt_format="short")
            ),
            "basis": self._basis(company, facts),
            "tiles": [
                self._concentration_tile(company, facts),
                self._asset_tile(company, facts),
                *self._movement_tiles(company, facts),
            ],
            "classes": self._classes(company, facts),
            "overdue": overdue,
            "costly": costly,
            "forecast": self._forecast(company),
            "steps": self._steps(company, facts),
        }

    # -- facts ------------------------------------------------------------------------------------

    def _domain(self, company, *more):
        return [("company_id", "=", company.id), ("anonymous", "=", False), *more]

    def _facts(self, company):
        """Return the sums that several parts of the page need."""
        return self.env["crm.value.overview.engine"]._facts(company)

    def _open_run(self, company):
        run = (
            self.env["crm.value.run"].sudo().search([("company_id", "=", company.id), ("state", "!=", "done")], limit=1)
        )
        return {"progress": run.progress_percent} if run else False

    def _basis(self, company, facts):
        """Which figure, from which documents, over which time: nobody has to guess."""

        def label(record, name, value):
            return dict(record._fields[name]._description_selection(self.env)).get(value, "")

        return " · ".join(
            filter(
                None,
                (
                    label(self.env["crm.customer.value"], "rank_basis", facts["rank_basis"]),
                    label(company, "werthaltigkeit_basis", company.werthaltigkeit_basis),
                    label(company, "werthaltigkeit_period", company.werthaltigkeit_period),
                ),
            )
        )

    # -- tiles ------------------------------------------------------------------------------------

    def _concentration_tile(self, company, facts):
        part = company.werthaltigkeit_limit_a / 100
        few = self.env["crm.value.overview.engine"]._customers_for(facts, part)
        margin = facts["rank_basis"] == "db1"
        values = {"part": self._percent(part), "count": self._count(facts["buyers"])}
        text = (
            self.env._("of %(count)s customers bring %(part)s of CM I", **values)
            if margin
            else self.env._("of %(count)s customers bring %(part)s of the revenue", **values)
        )
        return {
            "code": "concentration",
            "icon": "fa-diamond",
            "title": self.env._("Concentration"),
            "value": self._count(few),
            "text": f"{text} ({self._percent(few / facts['buyers'] if facts['buyers'] else 0)})",
            "action": self._open_values(
                self.env._("Best Customers"), self._domain(company, ("value_class_computed", "=", "A"))
            ),
        }

    def _asset_tile(self, company, facts):
        values = {
            "years": company.werthaltigkeit_horizon,
            "rate": self._percent(company.werthaltigkeit_discount_rate / 100),
        }
        if not facts["lifetime_customers"]:
            value, text = "–", self.env._("Too little data to expect future purchases.")
        else:
            value = self._amount(facts["lifetime"], company)
            text = (
                self.env._("CM II of the next %(years)s years, discounted at %(rate)s a year", **values)
                if facts["rank_basis"] == "db1"
                else self.env._(
                    "revenue (costs unknown) of the next %(years)s years, discounted at %(rate)s a year", **values
                )
            )
        domain = self._domain(company, ("lifetime_value", "!=", 0))
        return {
            "code": "asset",
            "icon": "fa-line-chart",
            "title": self.env._("Value of the Customer Base"),
            "value": value,
            "text": text,
            "action": self._open_values(self.env._("Lifetime Value"), domain),
        }

    def _movement_tiles(self, company, facts):
        """New and lost customers of the past 12 months, against the 12 months before."""
        today = company._werthaltigkeit_today()
        year, two = (fields.Date.to_string(today - relativedelta(years=n)) for n in (1, 2))
        before = self.env._("%s in the 12 months before", self._count(facts["new_before"]))
        lost_before = (
            self.env._("%s a year ago", self._count(facts["lost_before"]))
            if facts["lost_before"] is not None
            else self.env._("a year ago: not yet known")
        )
        return [
            {
                "code": "new",
                "icon": "fa-user-plus",
                "title": self.env._("New Customers"),
                "value": self._count(facts["new"]),
                "text": self.env._("first order in the past 12 months") + " · " + before,
                "action": self._open_values(
                    self.env._("New Customers"), self._domain(company, ("first_order_date", ">", year))
                ),
            },
            {
                "code": "lost",
                "icon": "fa-user-times",
                "title": self.env._("Lost Customers"),
                "value": self._count(facts["lost"]),
                "text": self.env._("ordered in the year before, not in the past 12 months") + " · " + lost_before,
                "action": self._open_values(
                    self.env._("Lost Customers"),
                    self._domain(company, ("last_order_date", ">", two), ("last_order_date", "<=", year)),
                ),
            },
        ]

    # -- lists ------------------------------------------------------------------------------------

    def _classes(self, company, facts):
        customers, value = facts["buyers"] or 1, facts["positive"] or 1
        return [
            {
                "name": row["name"] or "",
                "label": self.env._("Class %s", row["name"]) if row["name"] else self.env._("Without a class"),
                "customers": self._count(row["customers"]),
                "customer_share": self._percent(row["customers"] / customers),
                "customer_width": max(0.0, min(100.0, 100 * row["customers"] / customers)),
                "value": self._amount(row["value"], company),
                "value_share": self._percent(row["value"] / value),
                "value_width": max(0.0, min(100.0, 100 * row["value"] / value)),
                "action": self._open_values(
                    self.env._("Class %s", row["name"]) if row["name"] else self.env._("Without a class"),
                    self._domain(company, ("value_class", "=", row["name"] or False), ("orders_ever", ">", 0)),
                ),
            }
            for row in facts["classes"]
        ]

    def _overdue(self, company, facts):
        """Who should have ordered by now; the most margin at risk first."""
        domain = self._domain(
            company, ("expected_order_date", "<", fields.Date.to_string(company._werthaltigkeit_today()))
        )
        known, margin = bool(facts["overdue_known"]), facts["rank_basis"] == "db1"
        top = self.env["crm.customer.value"]
        if facts["overdue"]:
            order = "margin_at_risk desc, id" if known else "rank_value desc, id"
            top = top.search([*domain, *([("margin_at_risk", ">", 0)] if known else [])], order=order, limit=TOP)
        return {
            "text": self._overdue_text(company, facts, known, margin),
            "count": facts["overdue"],
            "more": self.env._("All %s", self._count(facts["overdue"])),
            "action": self._open_values(self.env._("Overdue Customers"), domain),
            "rows": [
                self._row(
                    value,
                    self._amount(value.margin_at_risk if known else value.rank_value, company),
                    self.env._("%s days overdue", self._count(value.days_overdue)),
                )
                for value in top
            ],
            "amount_label": self._overdue_label(known, margin),
        }

    def _overdue_text(self, company, facts, known, margin):
        count = self._count(facts["overdue"])
        if not facts["overdue"]:
            return (
                self.env._("Nobody is overdue.")
                if facts["dated"]
                else self.env._("When customers will order again cannot be said yet: too little data.")
            )
        if not known:
            return self.env._("Customers overdue: %s. How likely they are lost cannot be said from your data.", count)
        values = {"count": count, "amount": self._amount(facts["margin_at_risk"], company)}
        if margin:
            return self.env._(
                "Customers overdue: %(count)s. %(amount)s of CM II a year is at risk with them.", **values
            )
        return self.env._("Customers overdue: %(count)s. %(amount)s of revenue a year is at risk with them.", **values)

    def _overdue_label(self, known, margin):
        if known:
            return self.env._("CM II at Risk") if margin else self.env._("Revenue at Risk")
        return self.env._("CM I") if margin else self.env._("Revenue")

    def _costly(self, company, facts):
        """Who costs more than they bring; where that is not known, what is missing."""
        domain = self._domain(company, ("cost_exceeds_profit", "=", True))
        if not facts["profit_known"]:
            return {**self._missing_for_profit(company), "rows": [], "count": 0, "missing": True, "amount_label": ""}
        top = (
            self.env["crm.customer.value"].search(domain, order="expected_profit, id", limit=TOP)
            if facts["costly"]
            else []
        )
        return {
            "text": self.env._("Customers who cost more than they bring: %s.", self._count(facts["costly"]))
            if facts["costly"]
            else self.env._("Nobody costs more than they bring."),
            "count": facts["costly"],
            "more": self.env._("All %s", self._count(facts["costly"])),
            "action": self._open_values(self.env._("Costs More Than Expected"), domain),
            "rows": [
                self._row(
                    value,
                    self._amount(value.expected_profit, company),
                    self.env._("service %s a year", self._amount(value.service_cost_year, company)),
                )
                for value in top
            ],
            "amount_label": self.env._("Expected Profit"),
        }

    def _missing_for_profit(self, company):
        """Say what is missing before anybody can be said to cost more than they bring, and where to fill it in."""
        if not company.werthaltigkeit_rates_confirmed_on:
            text = self.env._("Shown once somebody has confirmed what a contact costs you (channels and rates).")
            return {"text": text, "more": self.env._("Contact rates"), "action": self._open_rates()}
        text = self.env._("Shown once the costs of your products are known.")
        return {"text": text, "more": self.env._("Products without cost"), "action": self._open_products()}

    def _row(self, value, amount, text):
        return {
            "id": value.id,
            "name": value.display_name,
            "value_class": value.value_class or "",
            "amount": amount,
            "text": text,
            "action": {
                "type": "ir.actions.act_window",
                "res_model": "res.partner",
                "res_id": value.partner_id.id,
                "views": [(False, "form")],
            },
        }

    def _forecast(self, company):
        """Expected orders of the next months, as bars."""
        forecast = self.env["crm.value.forecast"]
        months = forecast._read_group(
            [("company_id", "=", company.id)],
            ["month:month"],
            ["expected_orders:sum", "expected_revenue:sum"],
            order="month:month",
            limit=FORECAST_MONTHS,
        )
        highest = max((orders for _month, orders, _revenue in months), default=0) or 1
        return {
            "error": forecast._error_text() if months else "",
            "action": {"type": "ir.actions.server", "xml_id": "crm_werthaltigkeit.crm_value_forecast_action_open"},
            "months": [
                {
                    "label": format_date(self.env, month, date_format="LLL yyyy"),
                    "orders": self._count(orders),
                    "revenue": self._amount(revenue, company),
                    "width": 100 * orders / highest,
                    "action": self._open(
                        format_date(self.env, month, date_format="LLLL yyyy"),
                        "crm.value.forecast",
                        [("company_id", "=", company.id), ("month", "=", fields.Date.to_string(month))],
                        "pivot,graph,list",
                    ),
                }
                for month, orders, revenue in months
            ],
        }

    # -- words --------------------------------------------------------------------------------------

    def _count(self, number):
        return formatLang(self.env, round(number), digits=0)

    def _percent(self, share):
        digits = 1 if share and abs(share) < 0.1 and round(100 * share) != 100 * share else 0
        return f"{formatLang(self.env, 100 * share, digits=digits)}\N{NO-BREAK SPACE}%"

    def _amount(self, amount, company):
        """Amount in the company's currency without cents."""
        return formatLang(self.env, amount or 0.0, digits=0, currency_obj=company.currency_id, rounding_unit="units")
