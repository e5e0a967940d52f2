import math

from odoo import models
from odoo.tools import float_round, format_list, formatLang

from ..stats import utility


class CrmUtilityResult(models.AbstractModel):
    """The result of a utility analysis in words and figures, as its form, the concept and the PDF show it."""

    _name = "crm.utility.result"
    _description = "Result of a Utility Analysis"

    def _shares(self, analysis):
        """Return {criterion: its part of all weights, 0..1}."""
        criteria = analysis.criterion_ids
        if not criteria:
            return {}
        return dict(zip(criteria, utility.normalised(criteria.mapped("weight")).tolist(), strict=True))

    def _page(self, analysis):
        """Return everything that is shown of an analysis as it is now, see `_page_of`."""
        return self._page_of(self._basis(analysis))

    def _basis(self, analysis):
        """Return what the result is computed from, as JSON: a frozen concept keeps it and words it in every language.

        :return: {"criteria": [{"id", "name", "weight", "minimum" or None}], "options": [{"id", "name"}],
            "scores": [[the scores given, for each criterion] for each option]}
        """
        criteria, options = analysis.criterion_ids, analysis.option_ids
        cells = self._cells(analysis)
        return {
            "criteria": [
                {
                    "id": criterion.id,
                    "name": criterion.name,
                    "weight": criterion.weight,
                    "minimum": criterion.minimum if criterion.knockout else None,
                }
                for criterion in criteria
            ],
            "options": [{"id": option.id, "name": option.name} for option in options],
            "scores": [[cells.get((option, criterion), []) for criterion in criteria] for option in options],
        }

    def _page_of(self, basis):
        """Return everything that is shown.

        :return: {"sentence", "notes": [text], "winners": [option id], "criteria": [{"id", "name", "share",
            "minimum" or False}], "options": [{"id", "name", "rank" or False, "total" or False, "low", "high",
            "out": [criterion name], "cells": [{"mean" or False, "low", "high", "people"}]}] the best first,
            "stability": [{"criterion", "share", "low", "high", "below", "above"}]}; figures 0..10, shares 0..1
        """
        criteria, options, scores = basis["criteria"], basis["options"], basis["scores"]
        if not criteria or not options:
            sentence = self.env._("Name options and criteria first.")
            return {"sentence": sentence, "notes": [], "winners": [], "criteria": [], "options": [], "stability": []}
        means = [[self._mean(cell) for cell in row] for row in scores]
        weights = [criterion["weight"] for criterion in criteria]
        found = utility.evaluate(weights, means, [criterion["minimum"] for criterion in criteria])
        rows = [
            {
                "id": option["id"],
                "name": option["name"],
                "rank": found.ranks[i] or False,
                "total": False if math.isnan(found.totals[i]) else found.totals[i],
                "low": found.lows[i],
                "high": found.highs[i],
                "out": [criteria[j]["name"] for j in found.failed[i]],
                "cells": [self._cell(cell) for cell in scores[i]],
            }
            for i, option in enumerate(options)
        ]
        return {
            "sentence": self._sentence(options, found, any(cell for row in scores for cell in row)),
            "notes": self._notes(criteria, options, found),
            "winners": [options[i]["id"] for i in found.winners],
            "criteria": [
                {
                    "id": criterion["id"],
                    "name": criterion["name"],
                    "share": share,
                    "minimum": False if criterion["minimum"] is None else criterion["minimum"],
                }
                for criterion, share in zip(criteria, found.weights, strict=True)
            ],
            "options": sorted(rows, key=lambda row: (row["rank"] or math.inf, bool(row["out"]), -row["high"])),
            "stability": self._stability(criteria, options, found, means),
        }

    def _cells(self, analysis):
        """Return {(option, criterion): scores given}."""
        cells = {}
        for row in analysis.score_ids:
            if row.answer:
                cells.setdefault((row.option_id, row.criterion_id), []).append(int(row.answer))
        return cells

    def _mean(self, scores):
        return math.fsum(scores) / len(scores) if scores else math.nan

    def _cell(self, scores):
        if not scores:
            return {"mean": False, "low": 0, "high": 0, "people": 0}
        return {"mean": self._mean(scores), "low": min(scores), "high": max(scores), "people": len(scores)}

    def _stability(self, criteria, options, found, means):
        """How far each weight may move; said only where one option wins and all in the running are completely scored."""
        if len(found.winners) != 1:
            return []
        running = [i for i, rank in enumerate(found.ranks) if rank]
        table = [[0.0 if math.isnan(value) else value for value in means[i]] for i in running]
        winner = running.index(found.winners[0])
        rows = []
        for j, criterion in enumerate(criteria):
            firm = utility.stability(found.weights, table, j, winner)
            rows.append(
                {
                    "criterion": criterion["name"],
                    "share": found.weights[j],
                    "low": firm.low,
                    "high": firm.high,
                    "below": "" if firm.below is None else options[running[firm.below]]["name"],
                    "above": "" if firm.above is None else options[running[firm.above]]["name"],
                    "text": self._stability_words(options, running, found.weights[j], firm),
                }
            )
        return rows

    def _stability_words(self, options, running, share, firm):
        _, percent = self.env._, self._percent
        ends = []
        if firm.below is not None:
            ends.append(
                _(
                    "below %(weight)s %(option)s is first",
                    weight=percent(firm.low),
                    option=options[running[firm.below]]["name"],
                )
            )
        if firm.above is not None:
            ends.append(
                _(
                    "above %(weight)s %(option)s is first",
                    weight=percent(firm.high),
                    option=options[running[firm.above]]["name"],
                )
            )
        if not ends:
            return _("%s today; whatever it weighs, the winner stays the same", percent(share))
        return _("%(now)s today; %(ends)s", now=percent(share), ends=", ".join(ends))

    # -- words ----------------------------------------------------------------------------------------

    def _sentence(self, options, found, any_score):
        _ = self.env._
        if not any_score:
            return _("Nobody has scored yet.")
        if not found.winners:
            if all(found.failed[i] for i in range(len(options))):
                return _("No option passes the knock-out criteria.")
            return _("No option is completely scored yet.")
        names = [options[i]["name"] for i in found.winners]
        total = self._number(found.totals[found.winners[0]])
        if len(names) > 1:
            return _(
                "A tie: %(options)s share the first place with %(total)s of 10.",
                options=format_list(self.env, names),
                total=total,
            )
        behind = [found.totals[i] for i, rank in enumerate(found.ranks) if rank and rank > 1]
        if not behind:
            return _(
                "%(option)s with %(total)s of 10; no other option is left to compare with.",
                option=names[0],
                total=total,
            )
        lead = self._number(found.totals[found.winners[0]] - max(behind))
        return _(
            "%(option)s is first with %(total)s of 10, %(lead)s ahead of the next.",
            option=names[0],
            total=total,
            lead=lead,
        )

    def _notes(self, criteria, options, found):
        """What the reader must know to trust the figures."""
        _, notes = self.env._, []
        if not found.weight_sum:
            notes.append(_("No weights yet: all criteria count the same."))
        elif abs(found.weight_sum - 100) > 0.05:
            notes.append(
                _(
                    "The weights add up to %s %%, not 100 %%: they count in proportion.",
                    formatLang(self.env, found.weight_sum, digits=1),
                )
            )
        for i, option in enumerate(options):
            if found.failed[i]:
                names = ", ".join(criteria[j]["name"] for j in found.failed[i])
                notes.append(
                    _("%(option)s is out: below the minimum in %(criteria)s.", option=option["name"], criteria=names)
                )
            elif math.isnan(found.totals[i]):
                names = ", ".join(criteria[j]["name"] for j in found.missing[i])
                notes.append(
                    _(
                        "%(option)s has no rank: nobody scored %(criteria)s. It lies between %(low)s and %(high)s.",
                        option=option["name"],
                        criteria=names,
                        low=self._number(found.lows[i]),
                        high=self._number(found.highs[i]),
                    )
                )
        if len(found.winners) == 1 and not found.certain:
            notes.append(
                _("The first place is not certain: an option that is not completely scored could still pass it.")
            )
        return notes

    def _number(self, value):
        return formatLang(self.env, float_round(value, precision_digits=2), digits=2)

    def _percent(self, share):
        return f"{formatLang(self.env, 100 * share, digits=0)}\N{NO-BREAK SPACE}%"
