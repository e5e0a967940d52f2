from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import format_date

from .crm_board import MONTHS

CLASSES = ("A", "B", "C")


class CrmBoard(models.AbstractModel):
    """The second row of the board: what the customers are worth, who moved, and whether they stay."""

    _inherit = "crm.board"

    def _customer_domain(self, board, *more):
        """Condition on values or retention of the customers that the board shows."""
        domain = [("company_id", "=", board["company"].id), *more]
        if board["team"]:
            domain.append(("team_id", "=", board["team"].id))
        if board["group"]:
            domain.append(("partner_id.kundenbindung_group_ids", "in", board["group"].ids))
        return domain

    def _sums(self, board):
        """Return the stored sums of the customers that the board shows."""
        domain = [("company_id", "=", board["company"].id), ("group_id", "=", board["group"].id)]
        if board["team"]:
            domain.append(("team_id", "=", board["team"].id))
        return self.env["crm.board.sum"].search_fetch(domain)

    def _structure(self, board):
        """How many customers of each class there are, and what they bring."""
        words, company = self._words(), board["company"].sudo()
        sums = self._sums(board)
        customers, positive = sum(sums.mapped("customers")) or 1, sum(sums.mapped("positive")) or 1.0
        rows = []
        for name, found in sorted(sums.grouped("value_class").items(), key=lambda item: item[0] or "Z"):
            count, amount = sum(found.mapped("customers")), sum(found.mapped("amount"))
            label = self.env._("Class %s", name) if name else self.env._("Without a class")
            domain = self._customer_domain(
                board, ("anonymous", "=", False), ("value_class", "=", name or False), ("orders_ever", ">", 0)
            )
            rows.append(
                {
                    "name": name or "",
                    "label": label,
                    "customers": words._count(count),
                    "customer_share": words._percent(count / customers),
                    "customer_width": 100 * count / customers,
                    "amount": words._amount(amount, company),
                    "share": words._percent(amount / positive),
                    "width": max(0.0, min(100.0, 100 * amount / positive)),
                    "action": words._open_values(label, domain),
                }
            )
        revenue = any(found.basis == "revenue" for found in sums)
        return {
            "rows": rows,
            "amount_label": self.env._("Revenue") if revenue else self.env._("CM I"),
            "moment": self._moment(max(sums.mapped("computed_on"), default=False)),
        }

    def _migration(self, board):
        """How many customers changed their class up to the last month end, counted month by month."""
        domain = [("company_id", "=", board["company"].id)]
        moves = self.env["crm.value.migration"]
        last = moves.search(domain, limit=1).month_end
        if not last:
            return {"rows": [], "period": "", "note": ""}
        since = last.replace(day=1) - relativedelta(months=MONTHS[board["period"]] - 1)
        domain.append(("month_end", ">=", fields.Date.to_string(since)))
        if board["team"]:
            domain.append(("team_id", "=", board["team"].id))
        counted = {
            (source, target): count
            for source, target, count in moves._read_group(domain, ["class_from", "class_to"], ["customers:sum"])
        }
        kinds = (
            ("up", "fa-arrow-up", self.env._("to a better class"), [(a, b) for a in "BC" for b in "AB" if b < a]),
            ("down", "fa-arrow-down", self.env._("to a worse class"), [(a, b) for a in "AB" for b in "BC" if b > a]),
            ("new", "fa-user-plus", self.env._("new"), [("new", name) for name in (*CLASSES, "none")]),
            ("out", "fa-sign-out", self.env._("out of the classes"), [(name, "none") for name in CLASSES]),
        )
        months = [format_date(self.env, day, date_format="LLL yyyy") for day in (since, last)]
        return {
            "rows": [self._move(domain, counted, *kind) for kind in kinds],
            "period": " – ".join(dict.fromkeys(months)),
            "note": self.env._("All customers: not kept by group.") if board["group"] else "",
        }

    def _move(self, domain, counted, code, icon, label, pairs):
        either = ["|"] * (len(pairs) - 1)
        for source, target in pairs:
            either += ["&", ("class_from", "=", source), ("class_to", "=", target)]
        return {
            "code": code,
            "icon": icon,
            "label": label,
            "customers": self._words()._count(sum(counted.get(pair, 0) for pair in pairs)),
            "action": self._words()._open(label, "crm.value.migration", [*domain, *either], "pivot,list"),
        }

    # -- indicators -------------------------------------------------------------------------------

    def _indicators(self, board):
        """The chosen indicators of the period, against the same period a year before."""
        year = board["period"] == "year"
        figures = self.env["crm.customer.group.figure"].search_fetch(
            [
                ("company_id", "=", board["company"].id),
                ("group_id", "=", board["group"].id),
                ("kpi_id.on_board", "=", True),
                ("span", "=", board["period"]),
                ("running", "=", False),
                ("date_start", ">=", fields.Date.to_string(board["today"] - relativedelta(months=16))),
            ],
            order="date_start desc, sequence, id",
        )
        latest = figures.filtered(lambda figure: figure.date_start == figures[:1].date_start)
        before = latest[:1] and latest[0].date_start - relativedelta(years=1)
        past = {} if year else {f.kpi_id: f for f in figures if f.date_start == before and f.has_data}
        return {
            "rows": [self._indicator(figure, past.get(figure.kpi_id)) for figure in latest.sorted("sequence")],
            "period": latest[:1].period_text or "",
            "note": self.env._("All teams: not kept by team.") if board["team"] else "",
        }

    def _indicator(self, figure, past):
        """One indicator with its change; without a year's history, against the period before."""
        if past:
            known, value, against = True, past.value, self.env._("a year before")
        else:
            known, value = figure.has_previous, figure.previous_value
            against = self.env._("a year before") if figure.span == "year" else self.env._("the period before")
        trend = self._trend(figure, value) if known and figure.has_data else ""
        words = {"better": self.env._("better"), "worse": self.env._("worse"), "same": self.env._("unchanged"), "": ""}
        return {
            "id": figure.id,
            "name": figure.kpi_id.name,
            "value": figure.value_text,
            "against": against,
            "before": figure.kpi_id._format(value if known else None, figure.company_id),
            "trend": trend,
            "rising": bool(trend) and figure.value > value,
            "word": words[trend],
            "formula": figure.formula_text,
            "action": figure.action_view_history(),
        }

    def _trend(self, figure, before):
        change = figure.value - before
        if abs(change) <= 0.005 * max(abs(figure.value), abs(before)):
            return "same"
        return "better" if (change > 0) == (figure.kpi_id.direction == "higher") else "worse"
