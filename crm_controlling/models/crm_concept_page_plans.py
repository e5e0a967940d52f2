from odoo import fields, models
from odoo.tools import format_date


class CrmConceptPage(models.AbstractModel):
    """Utility analyses, lessons and requirements of a concept, as they are now or were when the version was frozen."""

    _inherit = "crm.concept.page"

    def _snapshot(self, concept):
        """Keep scores and requirements beside goals and measures; the result is computed from them in every language."""
        return {
            **super()._snapshot(concept),
            "utilities": [self._utility(analysis) for analysis in concept.utility_ids],
            "specifications": [self._specification(specification) for specification in concept.specification_ids],
            "lessons": [
                {
                    "about": (lesson.goal_id or lesson.measure_id).display_name or "",
                    "text": lesson.text,
                    "consequence": lesson.consequence or "",
                }
                for lesson in concept.lesson_ids
                if lesson.state == "taken"
            ],
        }

    def _utility(self, analysis):
        decided = analysis.state == "decided"
        return {
            "id": analysis.id,
            "name": analysis.name,
            "question": analysis.question or "",
            "basis": self.env["crm.utility.result"]._basis(analysis),
            "chosen": analysis.chosen_id.name if decided else "",
            "decided_on": fields.Date.to_string(analysis.decided_on) if decided else "",
            "decision": analysis.decision or "" if decided else "",
        }

    def _specification(self, specification):
        return {
            "id": specification.id,
            "name": specification.name,
            "requirements": [
                {
                    "code": requirement.code,
                    "name": requirement.name,
                    "priority": requirement.priority,
                    "state": requirement.state,
                }
                for _category, requirements in specification._chapters()
                for requirement in requirements
            ],
        }

    def _kept(self, concept, part):
        """A part of what was frozen; of a draft, and of a version frozen before the part was kept, what is now."""
        rows = (concept.snapshot or {}).get(part)
        return self._snapshot(concept)[part] if rows is None else rows

    def _utilities(self, concept):
        """Return the utility analyses with their results in words."""
        for row in self._kept(concept, "utilities"):
            yield {
                "name": row["name"],
                "question": row["question"],
                "result": self.env["crm.utility.result"]._page_of(row["basis"]),
                "chosen": row["chosen"],
                "decided_on": format_date(self.env, row["decided_on"]) if row["decided_on"] else "",
                "decision": row["decision"],
            }

    def _specifications(self, concept):
        """Return the requirements in words."""
        labels = self._selection("crm.requirement", "priority", "state")
        for row in self._kept(concept, "specifications"):
            yield {
                "name": row["name"],
                "requirements": [
                    {**requirement, **{name: labels[name].get(requirement[name], "") for name in labels}}
                    for requirement in row["requirements"]
                ],
            }
