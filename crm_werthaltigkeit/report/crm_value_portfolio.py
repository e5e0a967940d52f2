from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

POINTS = 300  # the customers with most revenue are drawn one by one; counts and sums hold for all
QUADRANTS = ("pillars", "fading", "rising", "small")
FILTERS = {"team": "team_id", "user": "user_id", "class": "value_class"}


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
        self.env["crm.customer.value"].check_access("read")
        company = self.env.company.sudo().root_id
        figures = self._company_figures(company)
        measure = figures["measure"]
        chosen = self._filters(filters)
        head = {
            "company": company.name,
            "currency_id": company.currency_id.id,
            "measure": measure,
            **self._choices_and_left_out(company, measure, chosen),
        }
        if not figures["customers"]:
            return {**head, "customers": 0}
        domain = self._shown_domain(company, measure) + self._filter_domain(chosen)
        limits, years = figures["limits"], figures["years"]
        return {
            **head,
            "customers": figures["customers"],
            "domain": domain,
            "limits": [limits[0] / years, limits[1]],
            "quadrants": self._quadrants(domain, measure, limits, years),
            "points": self._points(domain, measure, years),
        }

    # -- what is shown ----------------------------------------------------------------------------

    def _axes(self, measure):
        """Names of the fields today and expected."""
        return ("db2", "expected_db") if measure == "margin" else ("revenue", "expected_revenue")

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

    def _filters(self, filters):
        """Return {field: value} of what the client sends.

        :raise UserError: on anything else than ids and classes
        """
        filters = filters or {}
        if not isinstance(filters, dict) or not filters.keys() <= FILTERS.keys():
            raise UserError(self.env._("These filters are unknown."))
        chosen = {FILTERS[name]: value for name, value in filters.items() if value}
        for field, value in chosen.items():
            if not (value in ("A", "B", "C") if field == "value_class" else type(value) is int):
                raise UserError(self.env._("These filters are unknown."))
        return chosen

    def _filter_domain(self, chosen):
        return [(field, "=", value) for field, value in chosen.items()]

    def _left_out_domains(self, measure):
        """Why customers are not shown, each with its domain."""
        none = ["|", ("purchase_method", "in", (False, "none")), ("amount_method", "in", (False, "none"))]
        some = [("purchase_method", "in", ("model", "baseline")), ("amount_method", "in", ("own", "rate", "average"))]
        return {"data": none} | ({"costs": [*some, ("margin_known", "=", False)]} if measure == "margin" else {})

    # -- figures, each in one pass over the customers -----------------------------------------------

    def _company_figures(self, company):
        """Return what is the same whoever looks and whatever is filtered: measure, number, averages and years."""
        model = self.env["crm.customer.value"]
        query = model._search([("company_id", "=", company.id)], bypass_access=True)
        terms = [
            SQL("bool_or(%s = 'db1')", model._field_to_sql(query.table, "rank_basis", query)),
            SQL("min(%s)", model._field_to_sql(query.table, "first_order_date", query)),
        ]
        for measure in ("margin", "revenue"):
            shown = self._condition(query, self._shown_domain(company, measure))
            terms.append(SQL("count(*) FILTER (WHERE %s)", shown))
            terms += [
                SQL("COALESCE(round(avg(%s) FILTER (WHERE %s), 2), 0)::float8", self._column(query, name), shown)
                for name in self._axes(measure)
            ]
        [(by_margin, first, *figures)] = self.env.execute_query(query.select(*terms))
        count, *limits = figures[:3] if by_margin else figures[3:]
        today, start = company._werthaltigkeit_today(), company._werthaltigkeit_period_start()
        return {
            "measure": "margin" if by_margin else "revenue",
            "customers": count,
            "limits": limits,
            # the figures of today were summed over these years: divided by them both axes are per year
            "years": max(1.0, (today - max(start, first or start)).days / 365.25),
        }

    def _choices_and_left_out(self, company, measure, chosen):
        """Return the teams and salespeople that have customers, and how many customers are not shown, by reason."""
        base = self._customer_domain(company)
        model, reasons = self.env["crm.customer.value"], self._left_out_domains(measure)
        query = model._search(base)
        query.groupby = SQL("1, 2, 3")
        rows = self.env.execute_query(
            query.select(
                *(model._field_to_sql(query.table, field, query) for field in FILTERS.values()),
                *(SQL("count(*) FILTER (WHERE %s)", self._condition(query, domain)) for domain in reasons.values()),
            )
        )
        rows = [(dict(zip(FILTERS.values(), row)), row[len(FILTERS) :]) for row in rows]
        counts = [counts for group, counts in rows if all(group[field] == value for field, value in chosen.items())]
        left_out = [
            {"reason": reason, "domain": [*base, *self._filter_domain(chosen), *domain], "customers": number}
            for (reason, domain), number in zip(reasons.items(), map(sum, zip(*counts)))
            if number
        ]
        choices = {
            name: [
                {"id": record.id, "name": record.display_name}
                for record in self.env[model._fields[FILTERS[name]].comodel_name]
                .sudo()
                .with_context(active_test=False)
                .search([("id", "in", list({group[FILTERS[name]] for group, _counts in rows} - {None}))])
            ]
            for name in ("team", "user")
        }
        return {"choices": choices, "left_out": left_out}

    def _condition(self, query, domain):
        model = self.env["crm.customer.value"]
        return Domain(domain).optimize_full(model)._to_sql(model, query.table, query)

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
        bounds = [(axis, ">=" if high else "<", limit) for axis, high, limit in zip(axes, sides, limits, strict=True)]
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
