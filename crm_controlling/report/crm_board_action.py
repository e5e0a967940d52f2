from odoo import fields, models
from odoo.tools import format_date

from .crm_board import MEASURES

TOP = 5
SHOWN = 6
VERDICT_ICONS = {"works": "✓", "harms": "✗", "open": "?", "no_proof": "?"}
TRUST = ("credibility", "advantage", "reliability")


class CrmBoard(models.AbstractModel):
    """The third row of the board: what is at stake, what is being done, how far we are trusted; and the first steps."""

    _inherit = "crm.board"

    def _risk(self, board):
        """What stands to be lost, and with whom most; by an index, however many customers there are."""
        words, company = self._words(), board["company"].sudo()
        sums = self._sums(board)
        known = any(sums.mapped("risk_known"))
        domain = self._customer_domain(board)
        top = self.env["crm.retention"].search_fetch(domain, limit=TOP)
        open_all = words._open(self.env._("Margin at Risk"), "crm.retention", domain, "list,kanban,form")
        at_risk = [*domain, ("stage_id.code", "=", "at_risk")]
        return {
            "known": known,
            "amount": words._amount(sum(sums.mapped("margin_at_risk")), company) if known else "",
            "count": words._count(sum(sums.mapped("at_risk_count"))),
            "count_action": words._open(self.env._("Customers at Risk"), "crm.retention", at_risk, "list,kanban,form"),
            "rows": [
                {
                    "id": row.id,
                    "name": row.partner_id.display_name,
                    "value_class": row.value_class or "",
                    "stage": row.stage_id.name,
                    "amount": words._amount(row.margin_at_risk, company) if row.risk_known else "–",
                    "action": {
                        "type": "ir.actions.act_window",
                        "res_model": "crm.retention",
                        "res_id": row.id,
                        "views": [(False, "form")],
                    },
                }
                for row in top
            ],
            "action": open_all,
        }

    # -- measures ---------------------------------------------------------------------------------

    def _measures(self, board):
        """What runs, and what came out of what ended in the period."""
        since = fields.Date.to_string(board["since"])
        domain = [
            ("company_id", "=", board["company"].id),
            "|",
            ("state", "=", "running"),
            "&",
            ("state", "in", ("evaluated", "adopted")),
            ("result_ids.date", ">=", since),
        ]
        if board["team"]:
            domain.append(("team_ids", "in", board["team"].ids))
        if board["group"]:
            domain.append(("group_id", "=", board["group"].id))
        measures = self.env["crm.measure"].search(domain)
        cost = sum(measures.mapped("cost_actual"))
        return {
            "rows": [
                self._measure(measure, board) for measure in measures.sorted(lambda m: m.state != "running")[:SHOWN]
            ],
            "count": len(measures),
            "cost": self._words()._amount(cost, board["company"].sudo()),
            "more": self.env._("All %s", self._words()._count(len(measures))),
            "action": self._words()._open(self.env._("Measures"), "crm.measure", domain, "list,kanban,form"),
        }

    def _measure(self, measure, board):
        result = measure.result_id
        verdicts = dict(measure._fields["verdict"]._description_selection(self.env))
        states = dict(measure._fields["state"]._description_selection(self.env))
        money = ""
        if result.margin_known:
            money = self._words()._amount(result.gain, board["company"].sudo())
        return {
            "id": measure.id,
            "name": measure.name,
            "about": " · ".join(
                filter(None, (measure.group_id.name, measure.date_end and format_date(self.env, measure.date_end)))
            ),
            "cost": self._words()._amount(measure.cost_actual or measure.cost_planned, board["company"].sudo()),
            "icon": VERDICT_ICONS.get(result.verdict, "▸"),
            "result": verdicts[result.verdict] if result else states[measure.state],
            "gain": money,
            "action": {
                "type": "ir.actions.act_window",
                "res_model": "crm.measure",
                "res_id": measure.id,
                "views": [(False, "form")],
            },
        }

    # -- trust ------------------------------------------------------------------------------------

    def _trust(self, board):
        """The three parts of the trust index, and how they stood at the beginning of the period."""
        trust = self.env["crm.trust"].search([("company_id", "=", board["company"].id), ("whole", "=", True)], limit=1)
        if not trust:
            return {"rows": [], "note": "", "action": False}
        actions = {
            "credibility": trust.action_view_ratings,
            "advantage": trust.action_view_values,
            "reliability": trust.action_view_promises,
        }
        labels = dict(self.env["crm.trust.history"]._fields["part"]._description_selection(self.env))
        before = self._trust_before(board)
        rows = []
        for part in TRUST:
            known, score = trust[f"{part}_known"], trust[part]
            change = round(score - before[part]) if known and part in before else None
            rows.append(
                {
                    "code": part,
                    "label": labels[part],
                    "score": self._words()._count(score) if known else "–",
                    "width": score if known else 0,
                    "change": f"{change:+d}".replace("-", "\N{MINUS SIGN}") if change else "",
                    "why": trust[f"{part}_text"],
                    "action": actions[part](),
                }
            )
        filtered = board["team"] or board["group"]
        return {
            "rows": rows,
            "note": self.env._("Of the whole company.") if filtered else "",
            "action": trust.action_view_customers(),
        }

    def _trust_before(self, board):
        """Return {part: score} at the last month end before the period."""
        history = self.env["crm.trust.history"].search(
            [
                ("company_id", "=", board["company"].id),
                ("month_end", "<=", fields.Date.to_string(board["since"])),
                ("month_end", ">", fields.Date.to_string(fields.Date.subtract(board["since"], months=2))),
            ],
            limit=len(TRUST),
        )
        return {row.part: row.score for row in history if row.month_end == history[0].month_end}

    # -- first steps ------------------------------------------------------------------------------

    def _steps(self, board):
        """The three steps that make a board speak; none once all are done."""
        company = board["company"].sudo()
        own = [("company_id", "=", company.id)]
        words, manager = self._words(), self.env.user.has_group("crm_controlling.group_controlling_manager")
        goal_views = "form" if manager else "kanban,list,form"
        steps = [
            {
                "code": "goal",
                "done": bool(self.env["crm.goal"].search_count(own, limit=1)),
                "text": self.env._(
                    "Define a goal: an indicator, a target and a date. Its past three years appear at once."
                ),
                "button": self.env._("Goals"),
                "action": words._open(self.env._("Goals"), "crm.goal", [], goal_views),
            },
            {
                "code": "rates",
                "done": bool(company.werthaltigkeit_rates_confirmed_on),
                "text": self.env._("Confirm what a contact costs you: then margins after service are known."),
                "button": self.env._("Contact rates"),
                "action": words._open_rates(),
            },
            {
                "code": "measure",
                "done": bool(self.env["crm.measure"].search_count(own, limit=1)),
                "text": self.env._("Plan a first measure for a customer group: what it did is measured."),
                "button": self.env._("Measures"),
                "action": words._open(self.env._("Measures"), "crm.measure", [], "list,kanban,form"),
            },
        ]
        if not self._has(MEASURES):
            steps.pop()
        return [] if all(step["done"] for step in steps) else steps
