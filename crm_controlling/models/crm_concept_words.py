from odoo import models
from odoo.tools import formatLang


class CrmConceptWords(models.AbstractModel):
    """Titles, labels and conclusions of the situation chapter."""

    _name = "crm.concept.words"
    _description = "Words of the CRM Concept"

    def _titles(self):
        _ = self.env._
        return {
            "base": _("Customer Base"),
            "value": _("Value Structure"),
            "concentration": _("Concentration"),
            "retention": _("Retention"),
            "channels": _("Touchpoints and Channels"),
            "complaints": _("Complaints and Trust"),
            "data": _("Quality of the Data"),
            "systems": _("Systems"),
            "pays": _("Does CRM Pay for Us?"),
        }

    def _intros(self):
        _ = self.env._
        return {
            "base": _("How many customers buy, who came, who left."),
            "value": _("What customers bring, by class and in the portfolio."),
            "concentration": _("How much depends on few."),
            "retention": _("How customers come back, in the past 12 months and in the 12 months before."),
            "channels": _("Where customers and we met in the past 12 months."),
            "complaints": _("Complaints of the past 12 months, and how far customers can rely on us."),
            "data": _("Whether we could reach and know our customers with the data we have."),
            "systems": _("Where data of customers lie."),
            "pays": _("What CRM costs a year, against what is at stake."),
        }

    def _labels(self):
        _ = self.env._
        return {
            "buyers": _("Customers who ever bought"),
            "new": _("New in 12 months"),
            "lost": _("Lost in 12 months"),
            "once": _("New in 6 months, bought once"),
            "overdue": _("Next order overdue"),
            "revenue": _("Revenue in the period of customer value"),
            "margin": _("CM I, of customers with known costs"),
            "costs_unknown": _("Customers whose costs are not known"),
            "costly": _("Customers who cost more than they bring"),
            "lifetime": _("Value of the customer base"),
            "pillars": _("Pillars: bring much today and tomorrow"),
            "fading": _("Fading: bring much today, less tomorrow"),
            "rising": _("Rising: bring little today, more tomorrow"),
            "small": _("Small: bring little today and tomorrow"),
            "better": _("Moved to a better class in a year"),
            "worse": _("Moved to a worse class in a year"),
            "few": _("The best"),
            "class_a": _("Part of the result that class A brings"),
            "losses": _("Customers at a loss"),
            "risk": _("Margin at risk"),
            "potential": _("Retention potential"),
            "touchpoints": _("Touchpoints"),
            "service": _("Cost of touchpoints"),
            "unhappy": _("Unhappy contacts"),
            "waiting": _("Wait for an answer now"),
            "complaints": _("Complaints"),
            "complaints_open": _("Still open"),
            "in_time": _("Solved in time"),
            "days_to_solve": _("Until the solution"),
            "credibility": _("Credibility"),
            "advantage": _("Mutual advantage"),
            "reliability": _("Reliability"),
            "contacts": _("Contacts that were checked"),
            "complete": _("Complete on average"),
            "needs_care": _("Need care"),
            "duplicates": _("Probable duplicates"),
            "outdated": _("No contact for long"),
            "bounced": _("Mails come back, or on the blacklist"),
            "apps": _("Apps of Odoo"),
            "external": _("Other systems that report touchpoints"),
            "cost_given": _("Systems and people, as entered"),
            "cost_service": _("Cost of touchpoints in 12 months"),
        }

    def _charts(self):
        _ = self.env._
        return {
            "stages": _("Customers by stage of the relationship"),
            "classes": _("Result by value class"),
            "curve": _("Concentration of the result"),
            "channels": _("Touchpoints by channel"),
            "causes": _("Complaints by cause"),
            "coverage": _("Data the strategy needs: part that is filled"),
        }

    def _notes(self, section, facts, amount):
        """Conclusions of a section in sentences; only what the figures carry."""
        method = getattr(self, f"_notes_{section}", None)
        return method(facts, amount) if method else []

    def _notes_base(self, facts, _amount):
        _ = self.env._
        if facts["buyers"]["value"] is None:
            return [_("No customer has a value yet: compute the customer values first.")]
        counts = {key: facts[key]["value"] for key in ("new", "lost")}
        words = {key: formatLang(self.env, count, digits=0) for key, count in counts.items()}
        if counts["new"] > counts["lost"]:
            return [_("The customer base grows: %(new)s came, %(lost)s were lost.", **words)]
        if counts["new"] < counts["lost"]:
            return [_("The customer base shrinks: %(new)s came, %(lost)s were lost.", **words)]
        return [_("As many customers came as were lost (%s).", words["new"])]

    def _notes_value(self, facts, _amount):
        unknown = facts.get("costs_unknown", {}).get("value")
        if not unknown:
            return []
        count = formatLang(self.env, unknown, digits=0)
        return [self.env._("The margin of %s customers is not known: product costs are missing.", count)]

    def _notes_pays(self, facts, amount):
        """The honest calculation.

        Cost is what was entered for systems and people plus the touchpoints of 12 months. It pays for certain
        only against a measured potential; before anything was measured, the part of the margin at risk that must
        be kept is what can be said.
        """
        _ = self.env._
        given, service = facts["cost_given"]["value"], facts["cost_service"]["value"]
        risk, potential = facts["risk"]["value"], facts["potential"]["value"]
        notes = []
        if given is None:
            notes.append(_("Missing: what systems and people cost a year. Enter it in the concept."))
        if service is None:
            notes.append(_("Missing: the cost of touchpoints, as nobody confirmed the contact rates."))
        if risk is None:
            notes.append(
                _(
                    "Missing: the margin at risk. The expectation needs more data, or did not stand the test on the past."
                )
            )
        elif facts["risk"].get("basis") == "revenue":
            notes.append(
                _(
                    "What is at risk is revenue, not margin, as too few product costs are known: it must not be set against cost."
                )
            )
            return [_("Whether CRM pays cannot be said yet."), *notes]
        cost = (given or 0) + (service or 0)
        if not cost or risk is None:
            return [_("Whether CRM pays cannot be said yet."), *notes]
        incomplete = given is None or service is None
        head = (
            _("At least %s a year, as a part of the cost is not known.", amount(cost))
            if incomplete
            else _("CRM costs %s a year.", amount(cost))
        )
        return [head, self._verdict(cost, risk, potential, amount, incomplete), *notes]

    def _verdict(self, cost, risk, potential, amount, incomplete):
        _ = self.env._
        if potential is not None:
            gain = potential - cost
            if gain < 0:
                return _(
                    "It does not pay: the measured retention potential is %(potential)s, %(gap)s less than the cost.",
                    potential=amount(potential),
                    gap=amount(-gain),
                )
            if incomplete:
                return _(
                    "Whether it pays depends on the missing part: %s of the measured potential are left for it.",
                    amount(gain),
                )
            return _(
                "It pays: the measured retention potential is %(potential)s, %(gain)s more than the cost.",
                potential=amount(potential),
                gain=amount(gain),
            )
        if cost >= risk:
            return _("It cannot pay by keeping customers alone: all that is at risk is %s.", amount(risk))
        share = formatLang(self.env, 100 * cost / risk, digits=0)
        return _(
            "%(risk)s are at risk. It pays if more than %(share)s %% of that is kept; how much can be kept was not measured yet.",
            risk=amount(risk),
            share=share,
        )
