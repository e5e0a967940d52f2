from dateutil.relativedelta import relativedelta

from odoo import fields, models

# the parts of the situation, in the order they are read
SECTIONS = ("base", "value", "concentration", "retention", "channels", "complaints", "data", "systems", "pays")
CURVE_POINTS = 40


class CrmConceptFacts(models.AbstractModel):
    """Reads the figures of the situation where they are computed, and keeps them so that every language can word them.

    A fact is {"code", "value", "unit", "model", "domain", "views", "before"}; value None is "no data", which is not 0.
    Names of records are kept in every installed language: {language: name}.
    """

    _name = "crm.concept.facts"
    _description = "Figures of the Situation"

    def _collect(self, concept):
        """Return {"as_of", "currency_id", "sections": [{"code", "facts", "charts"}]} of the concept's company."""
        company = concept.company_id
        reader = self.with_context(allowed_company_ids=company.ids)
        return {
            "as_of": fields.Date.to_string(company._werthaltigkeit_today()),
            "currency_id": company.currency_id.id,
            "sections": [{"code": code, **getattr(reader, f"_facts_{code}")(concept)} for code in SECTIONS],
        }

    def _fact(self, code, value, unit="count", model=None, domain=None, views="list,form", **more):
        """One figure with the records it opens; amounts and counts are rounded as they are shown."""
        return {"code": code, "value": value, "unit": unit, "model": model, "domain": domain, "views": views, **more}

    def _names(self, record, field="display_name"):
        """A text of a record in every installed language, so that a frozen version reads the same for ever."""
        return {
            code: record.with_context(lang=code).sudo()[field] or ""
            for code, _name in self.env["res.lang"].get_installed()
        }

    def _date(self, day):
        return fields.Date.to_string(day)

    # -- customers ------------------------------------------------------------------------------------

    def _facts_base(self, concept):
        """How many customers there are, come and go, and where they stand in the life cycle."""
        company = concept.company_id
        facts = self.env["crm.value.overview.engine"]._facts(company)
        if not facts["customers"]:
            return {"facts": [self._fact("buyers", None)], "charts": []}
        today = company._werthaltigkeit_today()
        year, two, half = (
            today - relativedelta(years=1),
            today - relativedelta(years=2),
            today - relativedelta(days=180),
        )
        year, two, half = (self._date(day) for day in (year, two, half))

        def values(*domain):
            return ["crm.customer.value", [("company_id", "=", company.id), ("anonymous", "=", False), *domain]]

        return {
            "facts": [
                self._fact("buyers", facts["buyers"], "count", *values(("orders_ever", ">", 0))),
                self._fact(
                    "new", facts["new"], "count", *values(("first_order_date", ">", year)), before=facts["new_before"]
                ),
                self._fact(
                    "lost",
                    facts["lost"],
                    "count",
                    *values(("last_order_date", ">", two), ("last_order_date", "<=", year)),
                    before=facts["lost_before"],
                ),
                self._fact(
                    "once",
                    facts["once"],
                    "count",
                    *values(("purchase_days_ever", "=", 1), ("first_order_date", ">=", half)),
                ),
                self._fact(
                    "overdue", facts["overdue"], "count", *values(("expected_order_date", "<", self._date(today)))
                ),
            ],
            "charts": [self._life_cycle(company)],
        }

    def _life_cycle(self, company):
        rows = self.env["crm.retention"]._read_group([("company_id", "=", company.id)], ["stage_id"], ["__count"])
        rows.sort(key=lambda row: (row[0].sequence, row[0].id))
        return {
            "code": "stages",
            "kind": "bars",
            "unit": "count",
            "rows": [[self._names(stage), n] for stage, n in rows],
        }

    def _facts_value(self, concept):
        """What customers bring: by class, in the portfolio, and how many moved between classes."""
        company = concept.company_id
        domain = [("company_id", "=", company.id), ("anonymous", "=", False)]
        values = self.env["crm.customer.value"]
        facts = self.env["crm.value.overview.engine"]._facts(company)
        if not facts["customers"]:
            return {"facts": [self._fact("revenue", None, "amount")], "charts": []}
        ((revenue, count),) = values._read_group(domain, [], ["revenue:sum", "__count"])
        ((margin, known),) = values._read_group([*domain, ("margin_known", "=", True)], [], ["db1:sum", "__count"])
        model = "crm.customer.value"
        rows = [
            self._fact("revenue", float(revenue or 0) if count else None, "amount", model, domain),
            self._fact(
                "margin", float(margin or 0) if known else None, "amount", model, [*domain, ("margin_known", "=", True)]
            ),
            self._fact(
                "costs_unknown",
                facts["costs_unknown"],
                "count",
                model,
                [*domain, ("margin_known", "=", False), ("order_count", ">", 0)],
            ),
            self._fact(
                "costly",
                facts["costly"] if facts["profit_known"] else None,
                "count",
                model,
                [*domain, ("cost_exceeds_profit", "=", True)],
            ),
            self._fact(
                "lifetime",
                float(facts["lifetime"]) if facts["lifetime_customers"] else None,
                "amount",
                model,
                [*domain, ("lifetime_value", "!=", 0)],
            ),
        ]
        portfolio = self.env["crm.value.portfolio"].get_portfolio()
        for quadrant in portfolio.get("quadrants", ()):
            rows.append(self._fact(quadrant["name"], quadrant["customers"], "count", model, quadrant["domain"]))
        return {
            "facts": [*rows, *self._moves()],
            "charts": [
                {
                    "code": "classes",
                    "kind": "bars",
                    "unit": "amount",
                    "rows": [[row["name"] or "–", float(row["value"])] for row in facts["classes"]],
                }
            ],
        }

    def _moves(self):
        """Who moved to a better or a worse class within the year before the last month end."""
        matrix = self.env["crm.value.migration"].get_matrix()
        cells = [cell for cell in matrix.get("cells", ()) if {cell["from"], cell["to"]} <= {"A", "B", "C"}]
        if not cells:
            return [self._fact("better", None), self._fact("worse", None)]
        return [
            self._fact("better", sum(cell["customers"] for cell in cells if cell["to"] < cell["from"])),
            self._fact("worse", sum(cell["customers"] for cell in cells if cell["to"] > cell["from"])),
        ]

    def _facts_concentration(self, concept):
        found = self.env["crm.customer.value"].get_concentration()
        if not found["customers"]:
            return {"facts": [self._fact("few", None)], "charts": []}
        model, domain = "crm.customer.value", found["domain"]
        points = found["points"]
        step = max(1, len(points) // CURVE_POINTS)
        best = next((row for row in found["classes"] if row["name"] == "A"), None)
        losses = found["losses"]
        return {
            "facts": [
                self._fact(
                    "few",
                    found["few"],
                    "count",
                    model,
                    [*domain, ("value_class_computed", "=", "A")],
                    part=found["part"],
                    of=found["customers"],
                    basis=found["basis"],
                ),
                self._fact(
                    "class_a", best["value_share"] if best else None, "rate", model, best["domain"] if best else domain
                ),
                self._fact("losses", losses["customers"], "count", model, losses["domain"]),
            ],
            "charts": [{"code": "curve", "kind": "curve", "points": [*points[::step], points[-1]]}],
        }
