from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime

from odoo.addons.crm_werthaltigkeit.rpc import as_dict, as_id

from .sparkline import sparkline

MONTHS = {"year": 12, "quarter": 3, "month": 1}  # how far the board looks back
CARDS = 8
GOAL_LIMIT = 200  # goals that are ranked by their light
ORDER = {"red": 0, "yellow": 1, "green": 2, "none": 3}
ICONS = {"green": "●", "yellow": "▲", "red": "■", "none": "○", "reached": "✓", "missed": "✗"}
RUNNING = ("control", "steering")
DONE = ("reached", "missed")
MEASURES = "crm_kundenbindung.group_kundenbindung_measure"  # parts that may be switched off in Settings
SERVICE = "crm_kundenbindung.group_kundenbindung_service"


class CrmBoard(models.AbstractModel):
    """What management should see each week, on one page and in one call.

    Read from rows that were computed before; no order and no list of customers is gone through. Every figure
    is a text, formatted for the reader, beside the action that opens its records. Screen and PDF print the same.
    """

    _name = "crm.board"
    _description = "Board"

    @api.model
    @api.readonly
    def get_board(self, filters=None):
        """Return everything the board shows.

        :param filters: {"company", "team", "group": ids, "period": "year" | "quarter" | "month"}, each optional
        :raise UserError: if a filter is none of these, or names a record that is not there for this user
        """
        self.env["crm.goal"].check_access("read")
        board = self._filtered(filters)
        return {
            "company": board["company"].sudo().name,
            "company_id": board["company"].id,
            "filters": {
                "company": board["company"].id if len(self.env.companies.root_id) > 1 else False,
                "team": board["team"].id,
                "group": board["group"].id,
                "period": board["period"],
            },
            "choices": self._choices(board),
            "steps": self._steps(board),
            "goals": self._goals(board),
            "structure": self._structure(board),
            "migration": self._migration(board),
            "indicators": self._indicators(board),
            "risk": self._risk(board),
            "measures": self._has(MEASURES) and self._measures(board),
            "trust": self._has(SERVICE) and self._trust(board),
        }

    # -- filters ----------------------------------------------------------------------------------

    def _filtered(self, filters):
        """Return {"company", "team", "group", "period", "today", "since"} of what a client sent."""
        filters = as_dict(self.env, filters)
        period = filters.get("period") or "year"
        if set(filters) - {"company", "team", "group", "period"} or not isinstance(period, str) or period not in MONTHS:
            raise UserError(self.env._("The board knows no such filter."))
        company = self._company(as_id(self.env, filters.get("company")))
        board = {"company": company, "period": period, "today": company.sudo()._werthaltigkeit_today()}
        own = {
            "team": ("crm.team", [("company_id", "in", [False, *self._branches(company)])]),
            "group": ("crm.customer.group", [("company_id", "=", company.id)]),
        }
        for name, (model, domain) in own.items():
            wanted = as_id(self.env, filters.get(name))
            board[name] = self.env[model].search([("id", "=", wanted), *domain]) if wanted else self.env[model]
            if wanted and not board[name]:
                raise UserError(
                    self.env._("The team or group this board was filtered by is gone, or not yours to see.")
                )
        board["since"] = board["today"] - relativedelta(months=MONTHS[period])
        return board

    def _company(self, wanted):
        """The root company to show: the one asked for, if it is among those chosen, else the current one."""
        roots = self.env.companies.sudo().root_id
        if not wanted:
            return self.env.company.sudo().root_id.sudo(False)
        if wanted not in roots.ids:
            raise UserError(self.env._("Choose this company in the list of companies first."))
        return self.env["res.company"].browse(wanted)

    def _branches(self, company):
        return self.env["res.company"].sudo().search([("id", "child_of", company.id)]).ids

    def _choices(self, board):
        company = board["company"]

        def named(records):
            return [{"id": record.id, "name": record.display_name} for record in records]

        roots = self.env.companies.sudo().root_id
        return {
            "company": named(roots) if len(roots) > 1 else [],
            "team": named(self.env["crm.team"].search([("company_id", "in", [False, *self._branches(company)])])),
            "group": named(self.env["crm.customer.group"].search([("company_id", "=", company.id)])),
            "period": [
                {"id": "year", "name": self.env._("12 months")},
                {"id": "quarter", "name": self.env._("3 months")},
                {"id": "month", "name": self.env._("1 month")},
            ],
        }

    # -- goals ------------------------------------------------------------------------------------

    def _goals(self, board):
        """Open goals, the reddest first, and those whose end lies in the period."""
        domain = [
            ("company_id", "=", board["company"].id),
            "|",
            ("state", "in", ("setting", *RUNNING)),
            "&",
            ("state", "in", DONE),
            ("end_date", ">=", fields.Date.to_string(board["since"])),
        ]
        if board["team"]:
            domain.append(("team_id", "=", board["team"].id))
        if board["group"]:
            domain.append(("group_id", "=", board["group"].id))
        goals = self.env["crm.goal"].search(domain, limit=GOAL_LIMIT)
        ranks = {goal.id: self._rank(goal, place) for place, goal in enumerate(goals)}
        shown = goals.sorted(lambda goal: ranks[goal.id])[:CARDS]
        charts = self._charts(shown)
        return {
            "cards": [self._card(goal, charts.get(goal.id)) for goal in shown],
            "counts": self._lights(goals),
            "more": self.env._("All %s", self._words()._count(len(goals))),
            "count": len(goals),
            "action": self._words()._open(self.env._("Goals"), "crm.goal", domain, "kanban,list,form"),
        }

    def _rank(self, goal, place):
        """Running goals by their light, then those not started, then those that ended."""
        if goal.state in RUNNING:
            return ORDER[goal.light], place
        return (4, place) if goal.state == "setting" else (5, place)

    def _lights(self, goals):
        """How many running goals have which light, with the way to them."""
        labels = dict(goals._fields["light"]._description_selection(self.env))
        running = goals.filtered(lambda goal: goal.state in RUNNING)
        return [
            {
                "light": light,
                "icon": ICONS[light],
                "label": labels[light],
                "count": len(found),
                "action": self._words()._open(labels[light], "crm.goal", [("id", "in", found.ids)], "list,kanban,form"),
            }
            for light in ORDER
            if (found := running.filtered(lambda goal, light=light: goal.light == light))
        ]

    def _charts(self, goals):
        """Return {goal id: what is drawn}."""
        return goals._charts(months=24, texts=False) if goals else {}

    def _card(self, goal, chart):
        light = goal.light if goal.state in RUNNING else goal.state if goal.state in DONE else "none"
        labels = dict(goal._fields["light"]._description_selection(self.env))
        chart = chart or {}
        return {
            "id": goal.id,
            "name": goal.name,
            "about": " · ".join(filter(None, (goal.kpi_id.name, goal.group_id.name, goal.team_id.name))),
            "actual": goal.actual_text,
            "target": goal.target_text,
            "until": format_date(self.env, goal.end_date),
            "light": light,
            "icon": ICONS[light],
            "word": labels[light] if goal.state in RUNNING else goal.stage_id.name,
            "chance": self._chance(goal),
            "parts": goal.parts_text,
            "drawing": sparkline(chart.get("points") or [], chart.get("plan") or [], chart.get("fan") or []) or False,
            "action": {
                "type": "ir.actions.act_window",
                "res_model": "crm.goal",
                "res_id": goal.id,
                "views": [(False, "form")],
            },
        }

    def _chance(self, goal):
        """How probable it is that the target is reached; never told as certain."""
        if goal.state not in RUNNING or not goal.forecast_known:
            return ""
        percent = min(max(round(100 * goal.probability), 1), 99)
        return self.env._("reached with %s", f"{percent}\N{NO-BREAK SPACE}%")

    # -- words ------------------------------------------------------------------------------------

    def _words(self):
        """How counts, shares and amounts are written, and how lists are opened."""
        return self.env["crm.value.overview"]

    def _has(self, group):
        return self.env.user.has_group(group)

    def _moment(self, moment):
        return self.env._("as of %s", format_datetime(self.env, moment, dt_format="short")) if moment else ""
