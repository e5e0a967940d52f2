from odoo import models
from odoo.tools import SQL

from .crm_feedback_answer import MEASURES

# worst scores of each measure: up to this one somebody takes care
BAD = {"nps": 6, "csat": 2, "ces": 2, "price": 1, "trust": 2}


class CrmFeedbackAnswerEngine(models.AbstractModel):
    """Turns filled in surveys into answers, in one statement; run again it writes only what changed."""

    _name = "crm.feedback.answer.engine"
    _description = "Answers From Surveys"

    def _collect(self):
        """Take over what was filled in since, answer the requests it belongs to; return rows written."""
        self.env.flush_all()
        self.env.cr.execute(self._upsert())
        written = self.env.cr.rowcount
        for statement in self._follow_customers():
            self.env.cr.execute(statement)
        self.env.invalidate_all()
        self._answer_requests()
        return written

    def _upsert(self):
        """INSERT … SELECT of every score of a survey that is done; test entries and skipped questions do not count."""
        return SQL(
            """
            INSERT INTO crm_feedback_answer (user_input_id, question_id, survey_id, kind, audience, score, partner_id,
                   commercial_partner_id, company_id, answered_on, request_id, touchpoint_id, channel_id, delay_days, has_delay,
                   cause_id, create_uid, create_date, write_uid, write_date)
            SELECT i.id, q.id, s.id, q.feedback_kind, s.feedback_audience,
                   CASE q.question_type WHEN 'scale' THEN l.value_scale ELSE l.value_numerical_box END AS score,
                   CASE WHEN %(known)s THEN i.partner_id END, CASE WHEN %(known)s THEN p.commercial_partner_id END,
                   COALESCE(r.company_id, p.company_id, u.company_id), COALESCE(i.end_datetime, i.create_date),
                   r.id, r.touchpoint_id, r.channel_id,
                   CASE WHEN r.touchpoint_date IS NOT NULL
                        THEN GREATEST(0, EXTRACT(EPOCH FROM i.end_datetime - r.touchpoint_date)::int / 86400) END,
                   r.touchpoint_date IS NOT NULL, COALESCE(r.cause_id, cause.reason_id),
                   %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM survey_user_input i
              JOIN survey_survey s ON s.id = i.survey_id AND s.feedback_audience IS NOT NULL
              JOIN survey_user_input_line l ON l.user_input_id = i.id AND l.skipped IS NOT TRUE
              JOIN survey_question q ON q.id = l.question_id AND q.feedback_kind IS NOT NULL
               AND l.answer_type = q.question_type AND q.question_type IN ('scale', 'numerical_box')
         LEFT JOIN res_partner p ON p.id = i.partner_id
         LEFT JOIN res_users u ON u.id = s.user_id
         LEFT JOIN crm_feedback_request r ON r.survey_input_id = i.id
         LEFT JOIN LATERAL (
                SELECT a.feedback_reason_id AS reason_id
                  FROM survey_user_input_line c JOIN survey_question_answer a ON a.id = c.suggested_answer_id
                 WHERE c.user_input_id = i.id AND a.feedback_reason_id IS NOT NULL ORDER BY c.id LIMIT 1) cause ON TRUE
             WHERE i.state = 'done' AND i.test_entry IS NOT TRUE AND %(in_scale)s
                ON CONFLICT (user_input_id, question_id) WHERE user_input_id IS NOT NULL AND question_id IS NOT NULL
         DO UPDATE SET score = EXCLUDED.score, answered_on = EXCLUDED.answered_on, cause_id = EXCLUDED.cause_id,
                       write_date = EXCLUDED.write_date
                 WHERE (crm_feedback_answer.score, crm_feedback_answer.answered_on, crm_feedback_answer.cause_id)
                       IS DISTINCT FROM (EXCLUDED.score, EXCLUDED.answered_on, EXCLUDED.cause_id)
            """,
            known=SQL("s.feedback_audience = 'customer'"),
            uid=self.env.uid,
            in_scale=SQL(
                "CASE q.feedback_kind %s END",
                SQL(" ").join(
                    SQL(
                        "WHEN %s THEN CASE q.question_type WHEN 'scale' THEN l.value_scale ELSE l.value_numerical_box END"
                        " BETWEEN %s AND %s",
                        kind,
                        low,
                        high,
                    )
                    for kind, (_name, low, high) in MEASURES.items()
                ),
            ),
        )

    def _follow_customers(self):
        """Contacts that moved to another company take their answers along."""
        return [
            SQL(
                "UPDATE %(table)s a SET commercial_partner_id = p.commercial_partner_id FROM res_partner p"
                " WHERE p.id = a.partner_id AND a.commercial_partner_id IS DISTINCT FROM p.commercial_partner_id",
                table=SQL.identifier(table),
            )
            for table in ("crm_feedback_answer", "crm_feedback_request")
        ]

    def _answer_requests(self):
        """Requests whose survey is done now: their CSAT becomes the smiley, the worst scores call for somebody."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r.id, i.end_datetime, max(a.score) FILTER (WHERE a.kind = 'csat'), COALESCE(bool_or(%s), FALSE)
                  FROM crm_feedback_request r
                  JOIN survey_user_input i ON i.id = r.survey_input_id AND i.state = 'done'
             LEFT JOIN crm_feedback_answer a ON a.user_input_id = i.id
                 WHERE r.means = 'survey' AND r.state IN ('sent', 'expired')
                 GROUP BY r.id, i.end_datetime ORDER BY r.id
                """,
                SQL(" OR ").join(SQL("(a.kind = %s AND a.score <= %s)", kind, limit) for kind, limit in BAD.items()),
            )
        )
        for request_id, moment, csat, bad in rows:
            request = self.env["crm.feedback.request"].browse(request_id)
            rate = 0 if csat is None else 1 if csat <= 2 else 3 if csat < 4 else 5
            request._take_answer(rate, answered_on=moment)
            if bad:
                request._plan_activity()
