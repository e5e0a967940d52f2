from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

POINTS = 300  # the customers with most revenue are drawn one by one; counts and sums hold for all
QUADRANTS = ("pillars", "fading", "rising", "small")


class CrmValuePortfolio(models.AbstractModel):
    """What customers bring today against what they are expected to bring, in four quadrants."""

    _name = "crm.value.portfolio"
    _description = "Portfolio of Customers"

    @api.model
    @api.readonly
    def get_portfolio(self, filters=None):
        """Return the points of the biggest customers and the four quadrants, in one call.

        Both axes are contribution margin II, or revenue where too few costs are known: today per year
        of the period (x), and expected in the next 12 months (y). The limits between the quadrants are
        the averages of all customers of the company, whatever is filtered.

        :param filters: {"team", "user": id, "class": "A"…"C"}, each of them optional
        """
        values = self.env["crm.customer.value"]
        values.check_access("read")
        company = self.env.company.sudo().root_id
        measure = "margin" if self._by_margin(company) else "revenue"
        shown = self._shown_domain(company, measure)
        chosen = self._filter_domain(filters)
        years = self._years(company)
        head = {
            "company": company.name,
            "currency_id": company.currency_id.id,
            "measure": measure,
            "choices": self._choices(company),
            "left_out": self._left_out(company, measure, chosen),
        }
        count, x_limit, y_limit = self._averages(shown, measure)
        if not count:
            return {**head, "customers": 0}
        domain = shown + chosen
        return {
            **head,
            "customers": count,
            "domain": domain,
            "limits": [x_limit / years, y_limit],
            "quadrants": self._quadrants(domain, measure, (x_limit, y_limit), years),
            "points": self._points(domain, measure, years),
        }

    # -- what is shown ----------------------------------------------------------------------------

    def _axes(self, measure):
        """Names of the fields today and expected."""
        return ("db2", "expected_db") if measure == "margin" else ("revenue", "expected_revenue")

    def _by_margin(self, company):
        return bool(
            self.env["crm.customer.value"].search_count(
                [("company_id", "=", company.id), ("rank_basis", "=", "db1")], limit=1
            )
        )

    def _customer_domain(self, company):
        return [("company_id", "=", company.id), ("anonymous", "=", False), ("orders_ever", ">", 0)]

    def _shown_domain(self, company, measure):
        """Customers with both figures; nobody is placed by a guess."""
        return [
            *self._customer_domain(company),
            ("purchase_method", "in", ("model", "baseline")),
            ("amount_method", "in", ("own", "rate", "average")),
            *([("margin_known", "=", True)] if measure == "margin" else []),
        ]

    def _filter_domain(self, filters):
        """Turn what the client sends into a domain.

        :raise UserError: on anything else than ids and classes
        """
        filters = filters or {}
        if not isinstance(filters, dict) or not filters.keys() <= {"team", "user", "class"}:
            raise UserError(self.env._("These filters are unknown."))
        domain = []
        for name, field in (("team", "team_id"), ("user", "user_id"), ("class", "value_class")):
            value = filters.get(name)
            if not value:
                continue
            valid = value in ("A", "B", "C") if name == "class" else type(value) is int
            if not valid:
                raise UserError(self.env._("These filters are unknown."))
            domain.append((field, "=", value))
        return domain

    def _choices(self, company):
        """What can be picked as filter: teams and salespeople that have customers."""
        domain = self._customer_domain(company)
        values = self.env["crm.customer.value"]
        return {
            name: [
                {"id": record.id, "name": record.sudo().display_name}
                for (record,) in values._read_group([*domain, (field, "!=", False)], [field])
            ]
            for name, field in (("team", "team_id"), ("user", "user_id"))
        }

    def _left_out(self, company, measure, chosen):
        """Customers that are not shown, by the reason why."""
        base = [*self._customer_domain(company), *chosen]
        none = ["|", ("purchase_method", "in", (False, "none")), ("amount_method", "in", (False, "none"))]
        reasons = [("data", [*base, *none])]
        if measure == "margin":
            some = [("purchase_method", "in", ("model", "baseline")), ("amount_method", "in", ("own", "rate", "average"))]
            reasons.append(("costs", [*base, *some, ("margin_known", "=", False)]))
        count = self.env["crm.customer.value"].search_count
        rows = [{"reason": reason, "domain": domain, "customers": count(domain)} for reason, domain in reasons]
        return [row for row in rows if row["customers"]]

    def _years(self, company):
        """Years the figures of today were summed over, so that both axes are per year."""
        today, start = company._werthaltigkeit_today(), company._werthaltigkeit_period_start()
        ((first,),) = self.env["crm.customer.value"]._read_group(
            [("company_id", "=", company.id)], [], ["first_order_date:min"]
        )
        return max(1.0, (today - max(start, first or start)).days / 365.25)

    # -- figures, each in one pass over the customers -----------------------------------------------

    def _averages(self, domain, measure):
        """Return number of customers and the averages of both axes."""
        x, y = self._axes(measure)
        query = self.env["crm.customer.value"]._search(domain, bypass_access=True)
        columns = [self._column(query, name) for name in (x, y)]
        select = query.select(SQL("count(*)"), *(SQL("round(COALESCE(avg(%s), 0), 2)::float8", c) for c in columns))
        return self.env.execute_query(select)[0]

    def _column(self, query, name):
        return SQL("COALESCE(%s, 0)", self.env["crm.customer.value"]._field_to_sql(query.table, name, query))

    def _quadrants(self, domain, measure, limits, years):
        """Return name, number, sums and domain of each quadrant."""
        x, y = self._axes(measure)
        query = self.env["crm.customer.value"]._search(domain)
        now, next_, revenue = (self._column(query, name) for name in (x, y, "revenue"))
        conditions = [SQL("%s >= %s", column, limit) for column, limit in zip((now, next_), limits, strict=True)]
        query.groupby = SQL("1, 2")
        sums = [SQL("sum(%s)::float8", column) for column in (now, next_, revenue)]
        rows = self.env.execute_query(query.select(*conditions, SQL("count(*)"), *sums))
        found = {(high_now, high_next): figures for high_now, high_next, *figures in rows}
        return [
            self._quadrant(name, sides, found.get(sides, [0, 0.0, 0.0, 0.0]), domain, (x, y), limits, years)
            for name, sides in zip(QUADRANTS, ((True, True), (True, False), (False, True), (False, False)), strict=True)
        ]

    def _quadrant(self, name, sides, figures, domain, axes, limits, years):
        count, now, next_, revenue = figures
        bounds = [
            (axis, ">=" if high else "<", limit) for axis, high, limit in zip(axes, sides, limits, strict=True)
        ]
        return {
            "name": name,
            "customers": count,
            "now": now / years,
            "next": next_,
            "revenue": revenue / years,
            "domain": [*domain, *bounds],
        }

    def _points(self, domain, measure, years):
        """The customers with most revenue: who, x, y, revenue per year, class."""
        x, y = self._axes(measure)
        values = self.env["crm.customer.value"].search(domain, order="revenue DESC, id", limit=POINTS)
        return [
            {
                "id": value.id,
                "partner_id": value.partner_id.id,
                "name": value.display_name,
                "x": value[x] / years,
                "y": value[y],
                "revenue": value.revenue / years,
                "class": value.value_class or "",
                "probability": value.probability_active if value.purchase_method == "model" else None,
                "overdue": value.days_overdue,
            }
            for value in values
        ]
