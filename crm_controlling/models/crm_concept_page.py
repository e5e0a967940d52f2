from odoo import fields, models
from odoo.tools import format_date, formatLang

from ..drawing import bars, curve


class CrmConceptPage(models.AbstractModel):
    """The situation in words, figures and charts, as the form and the PDF show it, in the reader's language."""

    _name = "crm.concept.page"
    _description = "Pages of the CRM Concept"

    def _situation(self, concept):
        """Return {"as_of", "sections": [{"code", "title", "text", "notes": [text], "figures": [{"label", "value",
        "note", "known", "action" or False}], "charts": [{"title", "text", "svg"}]}]}, empty before it was filled.
        """
        facts = concept.facts
        if not facts:
            return {"as_of": "", "sections": []}
        currency = self.env["res.currency"].browse(facts["currency_id"])
        words = self.env["crm.concept.words"]
        sections = []
        for section in facts["sections"]:
            by_code = {fact["code"]: fact for fact in section["facts"]}
            sections.append(
                {
                    "code": section["code"],
                    "title": words._titles()[section["code"]],
                    "text": words._intros()[section["code"]],
                    "notes": words._notes(section["code"], by_code, lambda value: self._amount(value, currency)),
                    "figures": [self._figure(fact, concept, currency) for fact in section["facts"]],
                    "charts": [
                        self._chart(chart, currency)
                        for chart in section["charts"]
                        if chart.get("rows") or chart.get("points")
                    ],
                }
            )
        as_of = format_date(self.env, facts["as_of"])
        return {"as_of": as_of, "sections": sections}

    # -- figures --------------------------------------------------------------------------------------

    def _figure(self, fact, concept, currency):
        label = self._label(fact)
        note = ""
        if "before" in fact:
            note = self.env._("before: %s", self._value(dict(fact, value=fact["before"]), concept, currency))
        if fact["code"] == "few" and fact["value"] is not None:
            share = formatLang(self.env, 100 * fact["part"], digits=0)
            values = {"share": share, "count": formatLang(self.env, fact["of"], digits=0)}
            note = (
                self.env._("of %(count)s customers bring %(share)s %% of the revenue", **values)
                if fact["basis"] == "revenue"
                else self.env._("of %(count)s customers bring %(share)s %% of CM I", **values)
            )
        if fact.get("basis") == "revenue" and fact["code"] == "risk" and fact["value"] is not None:
            note = self.env._("revenue: too few costs are known")
        return {
            "code": fact["code"],
            "label": label,
            "value": self._value(fact, concept, currency),
            "note": note,
            "known": fact["value"] is not None,
            "action": self._action(fact, label),
        }

    def _label(self, fact):
        if fact["code"] == "kpi":
            return self._in_language(fact["names"])
        return self.env["crm.concept.words"]._labels()[fact["code"]]

    def _action(self, fact, label):
        """Open the records as they are today, even from a frozen version."""
        if not fact["model"] or fact["value"] is None:
            return False
        return {
            "type": "ir.actions.act_window",
            "name": label,
            "res_model": fact["model"],
            "views": [[False, view] for view in fact["views"].split(",")],
            "domain": fact["domain"],
        }

    def _value(self, fact, concept, currency):
        """A figure in words, in its unit; None is "no data", which is not 0."""
        value, unit = fact["value"], fact["unit"]
        if value is None:
            return self.env._("no data")
        if unit == "kpi":
            kpi = self.env["crm.kpi"].browse(fact["kpi"]).exists()
            return kpi._format(value, concept.company_id) if kpi else formatLang(self.env, value, digits=2)
        if unit in ("names", "texts"):
            names = [self._in_language(name) if unit == "names" else name for name in value]
            return ", ".join(sorted(filter(None, names))) or self.env._("none")
        return {
            "amount": lambda: self._amount(value, currency),
            "rate": lambda: self._percent(value),
            "days": lambda: self.env._("%s days", formatLang(self.env, value, digits=1)),
            "score": lambda: self.env._("%s of 100", formatLang(self.env, value, digits=0)),
        }.get(unit, lambda: formatLang(self.env, value, digits=0))()

    def _in_language(self, names):
        return names.get(self.env.lang) or names.get("en_US") or next(iter(names.values()), "")

    def _amount(self, value, currency):
        return formatLang(self.env, value, digits=0, currency_obj=currency, rounding_unit="units")

    def _percent(self, share):
        return f"{formatLang(self.env, 100 * share, digits=0)}\N{NO-BREAK SPACE}%"

    # -- charts ---------------------------------------------------------------------------------------

    def _chart(self, chart, currency):
        title = self.env["crm.concept.words"]._charts()[chart["code"]]
        if chart["kind"] == "curve":
            text = self.env._(
                "%s: the farther the line is above the dashed one, the more depends on few customers.", title
            )
            axes = self.env._("Customers, best first"), self.env._("Part of the result")
            return {"title": title, "text": text, "svg": str(curve(chart["points"], text, *axes))}
        unit = {"amount": lambda v: self._amount(v, currency), "rate": self._percent}.get(
            chart["unit"], lambda v: formatLang(self.env, v, digits=0)
        )
        rows = [(self._in_language(n) if isinstance(n, dict) else n, value, unit(value)) for n, value in chart["rows"]]
        text = f"{title}: {', '.join(f'{label} {words}' for label, _value, words in rows)}"
        return {"title": title, "text": text, "svg": str(bars(rows, text))}

    # -- goals and measures, as they are now or were when the version was frozen -----------------------

    def _snapshot(self, concept):
        """Return {"goals": [...], "measures": [...]} in figures, so that every language can word them."""
        return {
            "goals": [
                {
                    "id": goal.id,
                    "name": goal.name,
                    "kind": goal.kind,
                    "kpi": goal.kpi_id.id,
                    "kpi_names": self.env["crm.concept.facts"]._names(goal.kpi_id),
                    "formula": self.env["crm.concept.facts"]._names(goal.kpi_id, "description"),
                    "group": goal.group_id.name or "",
                    "owner": goal.user_id.name or "",
                    "baseline": goal.baseline,
                    "target": goal.target,
                    "actual": goal.actual if goal.actual_known else None,
                    "start": fields.Date.to_string(goal.start_date),
                    "end": fields.Date.to_string(goal.end_date),
                    "light": goal.light,
                    "path": goal.path,
                }
                for goal in concept.goal_ids
            ],
            "measures": [
                {
                    "id": measure.id,
                    "name": measure.name,
                    "instrument": self.env["crm.concept.facts"]._names(measure.instrument_id),
                    "group": measure.group_id.name or "",
                    "owner": measure.user_id.name or "",
                    "state": measure.state,
                    "start": fields.Date.to_string(measure.date_start) if measure.date_start else "",
                    "end": fields.Date.to_string(measure.date_end) if measure.date_end else "",
                    "cost": measure.cost_planned,
                    "verdict": measure.verdict or "",
                }
                for measure in concept.measure_ids
            ],
        }

    def _goals(self, concept):
        """Return the goals in words."""
        labels = self._selection("crm.goal", "kind", "light", "path")
        rows = (concept.snapshot or self._snapshot(concept))["goals"]
        for row in rows:
            kpi = self.env["crm.kpi"].browse(row["kpi"]).exists()

            def words(value, kpi=kpi):
                return kpi._format(value, concept.company_id) if kpi else formatLang(self.env, value or 0, digits=2)

            yield {
                "name": row["name"],
                "kind": labels["kind"].get(row["kind"], ""),
                "kpi": self._in_language(row["kpi_names"]),
                "formula": self._in_language(row["formula"]) if "formula" in row else kpi.description or "",
                "group": row["group"] or self.env._("All Customers"),
                "owner": row["owner"],
                "baseline": words(row["baseline"]),
                "target": words(row["target"]),
                "actual": words(row["actual"]),
                "period": f"{format_date(self.env, row['start'])} – {format_date(self.env, row['end'])}",
                "light": labels["light"].get(row["light"], ""),
                "path": labels["path"].get(row["path"], ""),
            }

    def _measures(self, concept):
        """Return the measures in words."""
        labels = self._selection("crm.measure", "state")
        verdicts = dict(self.env["crm.measure.result"]._fields["verdict"]._description_selection(self.env))
        currency = concept.currency_id
        for row in (concept.snapshot or self._snapshot(concept))["measures"]:
            dates = [format_date(self.env, row[name]) for name in ("start", "end") if row[name]]
            yield {
                "name": row["name"],
                "instrument": self._in_language(row["instrument"]),
                "group": row["group"],
                "owner": row["owner"],
                "state": labels["state"].get(row["state"], ""),
                "period": " – ".join(dates),
                "cost": self._amount(row["cost"], currency) if row["cost"] else "",
                "verdict": verdicts.get(row["verdict"], ""),
            }

    def _selection(self, model, *names):
        return {name: dict(self.env[model]._fields[name]._description_selection(self.env)) for name in names}
