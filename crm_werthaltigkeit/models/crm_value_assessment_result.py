from odoo import api, fields, models

from ..stats import assessment as statistics

MANAGER_GROUP = "crm_werthaltigkeit.group_werthaltigkeit_manager"


class CrmValueAssessment(models.Model):
    """What people meet: result against the assessment before, their own sheet, the button of other models."""

    _inherit = "crm.value.assessment"

    joined = fields.Boolean("I Assess", compute="_compute_joined", search="_search_joined")
    editable = fields.Boolean(compute="_compute_editable")
    progress = fields.Integer("Answered (%)", compute="_compute_progress")
    score_count = fields.Integer("Number of Scores", compute="_compute_score_count")
    profile = fields.Json(compute="_compute_profile")

    @api.depends("participant_ids")
    @api.depends_context("uid")
    def _compute_joined(self):
        for assessment in self:
            assessment.joined = self.env.user in assessment.participant_ids

    def _search_joined(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        wanted = (True in value) == (operator == "in")
        return [("participant_ids", "in" if wanted else "not in", self.env.uid)]

    @api.depends("state", "user_id")
    @api.depends_context("uid")
    def _compute_editable(self):
        """Whether the reader may change the assessment itself; scores are another matter."""
        for assessment in self:
            assessment.editable = assessment.state != "done" and (
                not assessment._origin
                or self.env.user in assessment.user_id | assessment.create_uid
                or self.env.user.has_group(MANAGER_GROUP)
            )

    @api.depends("name", "date")
    def _compute_display_name(self):
        """With the date: assessments of the same are told apart by it."""
        for assessment in self:
            parts = [assessment.name or self.env._("Value Assessment")]
            if assessment.date:
                parts.append(self.env["ir.qweb.field.date"].value_to_html(assessment.date, {}))
            assessment.display_name = " · ".join(parts)

    @api.depends("score_ids.answered")
    def _compute_progress(self):
        """How much is answered, by everybody together; the scores themselves may be closed to the reader."""
        counts = {}
        for assessment, answered, count in (
            self.env["crm.value.assessment.score"]
            .sudo()
            ._read_group([("assessment_id", "in", self.ids)], ["assessment_id", "answered"], ["__count"])
        ):
            counts.setdefault(assessment.id, {})[answered] = count
        for assessment in self:
            found = counts.get(assessment._origin.id, {})
            total = sum(found.values())
            assessment.progress = round(100 * found.get(True, 0) / total) if total else 0

    @api.depends("score_ids.answered")
    @api.depends_context("uid")
    def _compute_score_count(self):
        counts = dict(
            self.env["crm.value.assessment.score"]._read_group(
                [("assessment_id", "in", self.ids), ("answered", "=", True)], ["assessment_id"], ["__count"]
            )
        )
        for assessment in self:
            assessment.score_count = counts.get(assessment._origin, 0)

    @api.depends("score_ids.answer", "score_ids.evidence", "score_ids.weight", "previous_id", "state")
    @api.depends_context("uid", "lang")
    def _compute_profile(self):
        for assessment in self:
            assessment.profile = assessment._profile() if assessment._origin else False

    def _figures(self):
        """Return the results per question id and together, of the scores that the reader sees."""
        rows = self.env["crm.value.assessment.score"].search(
            [("assessment_id", "=", self._origin.id or self.id), ("answered", "=", True)]
        )
        results = statistics.profile(
            statistics.Score(row.question_id.id, row.user_id.id, row.score, row.weight) for row in rows
        )
        return {"results": results, "overall": statistics.overall(results), "rows": rows}

    def _profile(self):
        """Return what the radar and its table show.

        :return: {"rows": [{"id", "name", "question", "mean", "low", "high", "people", "without_evidence",
            "previous"}], "overall", "previous_overall", "previous": {"id", "date"} or False,
            "people", "own_only"}; None where nobody answered
        """
        self.ensure_one()
        figures = self._figures()
        previous = self.previous_id if self.previous_id.has_access("read") else self.browse()
        before = previous._figures() if previous else {"results": {}, "overall": None}
        asked = self.env["crm.value.assessment.score"].search([("assessment_id", "=", self._origin.id)]).question_id
        questions = asked | asked.browse(figures["results"]) | asked.browse(before["results"])
        without = figures["rows"].filtered("without_evidence")
        return {
            "rows": [
                self._profile_row(
                    question,
                    figures["results"],
                    before["results"],
                    len(without.filtered_domain([("question_id", "=", question.id)])),
                )
                for question in questions.sorted(lambda q: (q.sequence, q.id))
            ],
            "overall": figures["overall"],
            "previous_overall": before["overall"],
            "previous": {"id": previous.id, "date": fields.Date.to_string(previous.date)} if previous else False,
            "people": len(figures["rows"].user_id),
            "own_only": not self._shows_all(),
        }

    def _profile_row(self, question, results, before, without_evidence):
        result, previous = results.get(question.id), before.get(question.id)
        return {
            "id": question.id,
            "name": question.name,
            "question": question.question,
            "mean": result.mean if result else None,
            "low": result.low if result else None,
            "high": result.high if result else None,
            "people": result.people if result else 0,
            "without_evidence": without_evidence,
            "previous": previous.mean if previous else None,
        }

    def _shows_all(self):
        """While it is open, people see their own scores only, so that nobody follows the first."""
        return self.state == "done" or self.user_id == self.env.user or self.env.user.has_group(MANAGER_GROUP)

    @api.readonly
    def get_sheet(self):
        """Return the rows of the reader, in the order they are asked.

        :return: {"editable", "aspects": how many, "questions": [{"id", "name", "question", "lowest", "highest",
            "rows": [{"id", "aspect", "description", "answer", "evidence"}]}]}
        """
        self.ensure_one()
        self.check_access("read")
        own = self.env["crm.value.assessment.score"].search(
            [("assessment_id", "=", self.id), ("user_id", "=", self.env.uid)]
        )
        return {
            "editable": self.state != "done",
            "aspects": len(own.aspect_id),
            "questions": [
                {
                    "id": question.id,
                    "name": question.name,
                    "question": question.question,
                    "lowest": question.lowest or "",
                    "highest": question.highest or "",
                    "rows": [
                        {
                            "id": row.id,
                            "aspect": row.aspect_id.name,
                            "description": row.aspect_id.description or "",
                            "answer": row.answer,
                            "evidence": row.evidence or "",
                        }
                        for row in rows
                    ],
                }
                for question, rows in own.grouped("question_id").items()
            ],
        }

    def action_open_scores(self):
        """Open the scores of this assessment; the context may name the question behind a number."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_werthaltigkeit.crm_value_assessment_score_action")
        return dict(
            action,
            domain=[("assessment_id", "=", self.id)],
            context={"search_default_answered": True},
            display_name=self.env._("Scores: %s", self.display_name),
        )

    @api.model
    def _assess(self, record):
        """Open the assessment of this record: the last there is, else a new one.

        For buttons of other models: `return self.env["crm.value.assessment"]._assess(self)`.
        """
        record.ensure_one()
        record.check_access("read")
        last = self.search([("res_model", "=", record._name), ("res_id", "=", record.id)], limit=1)
        if last:
            return last._open()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Assess"),
            "res_model": self._name,
            "views": [(False, "form")],
            "context": {
                "default_name": record.display_name,
                "default_res_model": record._name,
                "default_res_id": record.id,
            },
        }
