from odoo import models

ROWS = 8  # bars of a chart


class CrmConceptFacts(models.AbstractModel):
    """Figures of the situation: retention, channels, complaints and trust."""

    _inherit = "crm.concept.facts"

    def _facts_retention(self, concept):
        """The indicators of all customers in the past 12 months, and what is at stake."""
        company = concept.company_id
        figures = self.env["crm.customer.group.figure"].search(
            [("company_id", "=", company.id), ("group_id", "=", False), ("span", "=", "year")], order="sequence, kpi_id"
        )
        rows = [
            self._fact(
                "kpi",
                figure.value if figure.has_data else None,
                "kpi",
                "crm.customer.group.figure",
                [("id", "=", figure.id)],
                "list",
                kpi=figure.kpi_id.id,
                names=self._names(figure.kpi_id),
                before=figure.previous_value if figure.has_previous else None,
            )
            for figure in figures
        ]
        stakes = self._stakes(company)
        return {
            "facts": [
                *rows,
                self._fact(
                    "risk", stakes["risk"], "amount", "crm.retention", stakes["risk_domain"], basis=stakes["basis"]
                ),
                self._fact("potential", stakes["potential"], "amount", "crm.retention", stakes["potential_domain"]),
            ],
            "charts": [],
        }

    def _stakes(self, company):
        """Sums of margin at risk and of retention potential; None where nothing is known."""
        retention = self.env["crm.retention"]
        own = [("company_id", "=", company.id)]
        risk_domain = [*own, ("risk_known", "=", True)]
        potential_domain = [*own, ("potential_known", "=", True), ("potential", ">", 0)]
        ((risk, count),) = retention._read_group(risk_domain, [], ["margin_at_risk:sum", "__count"])
        ((potential,),) = retention._read_group(potential_domain, [], ["potential:sum"])
        known = retention.search_count([*own, ("potential_known", "=", True)], limit=1)
        revenue = retention.search_count([*risk_domain, ("basis", "=", "revenue")], limit=1)
        return {
            "risk": float(risk or 0) if count else None,
            "potential": float(potential or 0) if known else None,
            "basis": "revenue" if revenue else "db1",
            "risk_domain": risk_domain,
            "potential_domain": potential_domain,
        }

    def _touchpoint_domain(self, company):
        return [
            ("company_id", "child_of", company.id),
            ("date", ">=", self._date(company._werthaltigkeit_year_start())),
        ]

    def _facts_channels(self, concept):
        """Where customers and the company met in the past 12 months, and what that cost."""
        company = concept.company_id
        domain, model, views = self._touchpoint_domain(company), "crm.touchpoint", "list,pivot,graph,form"
        touchpoints = self.env[model]
        rows = touchpoints._read_group(
            [*domain, ("channel_id", "!=", False)], ["channel_id"], ["__count"], order="__count desc"
        )
        ((count, cost),) = touchpoints._read_group(domain, [], ["__count", "cost:sum"])
        waiting = self.env["crm.touchpoint.waiting"].search_count([("company_id", "child_of", company.id)])
        return {
            "facts": [
                self._fact("touchpoints", count, "count", model, domain, views),
                self._fact("service", float(cost or 0) if self._rates_known(company) else None, "amount", model, domain, views),
                self._fact("unhappy", touchpoints.search_count([*domain, ("satisfaction", "=", "bad")]), "count", model, [*domain, ("satisfaction", "=", "bad")], views),
                self._fact("waiting", waiting, "count", "crm.touchpoint.waiting", [("company_id", "child_of", company.id)], "list"),
            ],
            "charts": [
                {
                    "code": "channels",
                    "kind": "bars",
                    "unit": "count",
                    "rows": [[self._names(channel), number] for channel, number in rows[:ROWS]],
                }
            ],
        }  # fmt: skip

    def _rates_known(self, company):
        return bool(company.sudo().werthaltigkeit_rates_confirmed_on)

    def _facts_complaints(self, concept):
        """Complaints of the past 12 months with their causes, and how far customers can trust us."""
        company = concept.company_id
        report = self.env["crm.complaint.report"]
        domain = [
            ("company_id", "child_of", company.id),
            ("opened_on", ">=", self._date(company._werthaltigkeit_year_start())),
        ]
        ((count, open_, rate, days),) = report._read_group(
            domain, [], ["__count", "open_count:sum", "in_time_rate:avg", "days_to_solve:avg"]
        )
        causes = report._read_group(
            [*domain, ("cause_id", "!=", False)], ["cause_id"], ["__count"], order="__count desc", limit=ROWS
        )
        complaints = [*domain, ("state", "!=", "cancelled")]
        model = "crm.complaint"
        return {
            "facts": [
                self._fact("complaints", count, "count", model, complaints),
                self._fact("complaints_open", open_ or 0, "count", model, [*domain, ("state", "=", "open")]),
                self._fact("in_time", rate, "rate", model, complaints),
                self._fact("days_to_solve", days, "days", model, complaints),
                *self._trust(company),
            ],
            "charts": [
                {
                    "code": "causes",
                    "kind": "bars",
                    "unit": "count",
                    "rows": [[self._names(cause), n] for cause, n in causes],
                }
            ],
        }

    def _trust(self, company):
        trust = self.env["crm.trust"].search([("company_id", "=", company.id), ("whole", "=", True)], limit=1)
        return [
            self._fact(
                part,
                trust[part] if trust[f"{part}_known"] else None,
                "score",
                "crm.trust",
                [("id", "=", trust.id)],
                "form",
            )
            for part in ("credibility", "advantage", "reliability")
        ]

    # -- data and systems -----------------------------------------------------------------------------

    def _facts_data(self, concept):
        """How well kept the data of contacts are, from the work list of data care."""
        company = concept.company_id
        care = self.env["crm.data.care"]
        own = [("company_id", "=", company.id)]
        ((count, score),) = care._read_group(own, [], ["__count", "score:avg"])
        known = [
            ("needs_care", [("needs_care", "=", True)]),
            ("duplicates", [("duplicate_id", "!=", False)]),
            ("outdated", [("outdated", "=", True)]),
            ("bounced", [("mail_state", "!=", False)]),
        ]
        return {
            "facts": [
                self._fact("contacts", count or None, "count", "crm.data.care", own),
                self._fact("complete", score if count else None, "rate", "crm.data.care", own),
                *(
                    self._fact(
                        code, care.search_count(own + domain) if count else None, "count", "crm.data.care", own + domain
                    )
                    for code, domain in known
                ),
            ],
            "charts": [
                {
                    "code": "coverage",
                    "kind": "bars",
                    "unit": "rate",
                    "rows": [
                        [self._names(row.care_field_id), row.coverage] for row in concept.data_ids if row.measured
                    ],
                }
            ],
        }

    def _coverage(self, company):
        """Return {id of the data that matter: part of the contacts asked for it that have it}.

        Who is asked is not kept per row: the part is taken of all contacts in data care of the kind it is asked of.
        """
        care = self.env["crm.data.care"].with_context(allowed_company_ids=company.ids)
        result = {}
        for care_field in self.env["crm.data.care.field"].search([]):
            domain = [("company_id", "=", company.id), *self._asked_of(care_field)]
            asked = care.search_count(domain)
            if asked and care_field.region == "all":
                missing = care.search_count([*domain, ("missing_field_ids", "in", care_field.ids)])
                result[care_field.id] = 1 - missing / asked
        return result

    def _asked_of(self, care_field):
        return {
            "all": [],
            "customer": [("customer_type", "in", ("company", "person"))],
        }.get(care_field.customer_type, [("customer_type", "=", care_field.customer_type)])

    def _facts_systems(self, concept):
        """Which apps are there, and which other systems report events."""
        apps = self.env["ir.module.module"].sudo().search([("state", "=", "installed"), ("application", "=", True)])
        external = self.env["crm.touchpoint"]._read_group(
            [("company_id", "child_of", concept.company_id.id), ("external_system", "!=", False)],
            ["external_system"],
            ["__count"],
        )
        domain = [("company_id", "child_of", concept.company_id.id), ("external_system", "!=", False)]
        return {
            "facts": [
                self._fact("apps", [self._app_names(app) for app in apps], "names"),
                self._fact("external", [name for name, _count in external], "texts", "crm.touchpoint", domain),
            ],
            "charts": [],
        }

    def _app_names(self, app):
        return {
            code: app.with_context(lang=code).shortdesc or app.name
            for code, _name in self.env["res.lang"].get_installed()
        }

    # -- does it pay ----------------------------------------------------------------------------------

    def _facts_pays(self, concept):
        """What CRM costs a year against what is at stake; see `crm.concept.page` for what is concluded."""
        company = concept.company_id
        stakes = self._stakes(company)
        ((service,),) = self.env["crm.touchpoint"]._read_group(self._touchpoint_domain(company), [], ["cost:sum"])
        return {
            "facts": [
                self._fact("cost_given", concept.crm_cost_year or None, "amount"),
                self._fact(
                    "cost_service",
                    float(service or 0) if self._rates_known(company) else None,
                    "amount",
                    "crm.touchpoint",
                    self._touchpoint_domain(company),
                    "list,pivot,graph,form",
                ),
                self._fact(
                    "risk", stakes["risk"], "amount", "crm.retention", stakes["risk_domain"], basis=stakes["basis"]
                ),
                self._fact("potential", stakes["potential"], "amount", "crm.retention", stakes["potential_domain"]),
            ],
            "charts": [],
        }
