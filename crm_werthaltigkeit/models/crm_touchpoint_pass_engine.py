from odoo import models
from odoo.tools import SQL


class CrmTouchpointQuery(models.AbstractModel):
    """Passes over touchpoints: in step with contacts, leads and each other, after deletions and merges."""

    _inherit = "crm.touchpoint.query"

    def _completions(self, condition, moved=None):
        """Return the statements that keep touchpoints in step with contacts, leads and each other.

        :param condition: which touchpoints `t` are new or changed
        :param moved: which contacts `p` may belong to another company by now; None: only the
            touchpoints of the condition are looked at
        """
        customer_of_lead = SQL(
            """
            UPDATE crm_touchpoint t
               SET partner_id = l.partner_id, commercial_partner_id = p.commercial_partner_id, write_date = now() AT TIME ZONE 'UTC'
              FROM crm_lead l JOIN res_partner p ON p.id = l.partner_id
             WHERE t.lead_id = l.id AND t.partner_id IS NULL
            """
        )
        left_customer = SQL(
            """
            UPDATE crm_customer_value v SET stale = TRUE
              FROM crm_touchpoint t JOIN res_partner p ON p.id = t.partner_id
             WHERE v.partner_id = t.commercial_partner_id AND t.commercial_partner_id <> p.commercial_partner_id AND NOT v.stale
               AND %s
            """,
            moved or SQL("FALSE"),
        )
        moved_contact = SQL(
            """
            UPDATE crm_touchpoint t SET commercial_partner_id = p.commercial_partner_id, write_date = now() AT TIME ZONE 'UTC'
              FROM res_partner p
             WHERE p.id = t.partner_id AND t.commercial_partner_id IS DISTINCT FROM p.commercial_partner_id AND %s
            """,
            moved or condition,
        )
        purchase_stage = SQL(
            """
            WITH touched AS MATERIALIZED (
                SELECT DISTINCT t.commercial_partner_id AS id FROM crm_touchpoint t WHERE %s),
            doubtful AS MATERIALIZED (
                SELECT t.commercial_partner_id AS id
                  FROM touched JOIN crm_touchpoint t ON t.commercial_partner_id = touched.id
                  JOIN crm_touchpoint_kind k ON k.id = t.kind_id AND k.is_purchase
                 GROUP BY 1 HAVING count(*) FILTER (WHERE t.stage = 'purchase') <> 1
                     OR count(*) FILTER (WHERE t.stage IS NULL OR t.stage NOT IN ('purchase', 'repeat')) > 0
                     OR min(t.date) <> min(t.date) FILTER (WHERE t.stage = 'purchase')),
            purchases AS MATERIALIZED (
                SELECT t.id, t.stage, row_number() OVER (PARTITION BY t.commercial_partner_id ORDER BY t.date, t.id) AS position
                  FROM doubtful JOIN crm_touchpoint t ON t.commercial_partner_id = doubtful.id
                  JOIN crm_touchpoint_kind k ON k.id = t.kind_id AND k.is_purchase),
            wrong AS MATERIALIZED (
                SELECT id, CASE WHEN position = 1 THEN 'purchase' ELSE 'repeat' END AS stage FROM purchases
                 WHERE stage IS DISTINCT FROM CASE WHEN position = 1 THEN 'purchase' ELSE 'repeat' END)
            UPDATE crm_touchpoint t SET stage = wrong.stage, write_date = now() AT TIME ZONE 'UTC'
              FROM wrong WHERE wrong.id = t.id
            """,
            condition,
        )
        if moved is None:
            return [moved_contact, purchase_stage]
        return [customer_of_lead, left_customer, moved_contact, purchase_stage]

    def _orphans(self):
        """Return statements that clear what was planned and said on touchpoints that went with their record."""
        return [
            SQL(
                "DELETE FROM %s a WHERE a.%s = 'crm.touchpoint' AND NOT EXISTS (SELECT FROM crm_touchpoint t WHERE t.id = a.res_id)",
                SQL.identifier(table),
                SQL.identifier(column),
            )
            for table, column in (
                ("mail_activity", "res_model"),
                ("mail_message", "model"),
                ("mail_followers", "res_model"),
            )
        ]

    def _moves(self, model, old_ids, new_id):
        """Return the statements that move touchpoints and annotations of merged records of a model."""
        sources = self.env["crm.touchpoint.source"].with_context(active_test=False).search([("model", "=", model)])
        statements = [
            SQL(
                "UPDATE %s SET record_id = %s, slot = CASE WHEN slot = 0 THEN record_id ELSE slot END"
                " WHERE source_id = ANY(%s) AND record_id = ANY(%s)",
                SQL.identifier(table),
                new_id,
                sources.ids,
                old_ids,
            )
            for table in ("crm_touchpoint", "crm_touchpoint_annotation")
        ]
        statements.append(
            SQL(
                "UPDATE crm_touchpoint SET res_id = %s WHERE res_model = %s AND res_id = ANY(%s)",
                new_id,
                model,
                old_ids,
            )
        )
        if model == "crm.lead":
            statements.append(SQL("UPDATE crm_touchpoint SET lead_id = %s WHERE lead_id = ANY(%s)", new_id, old_ids))
        if model == "res.partner":
            statements += [
                SQL("UPDATE crm_touchpoint SET partner_id = %s WHERE partner_id = ANY(%s)", new_id, old_ids),
                SQL(
                    """
                    UPDATE crm_touchpoint SET write_date = now() AT TIME ZONE 'UTC', commercial_partner_id =
                           (SELECT commercial_partner_id FROM res_partner WHERE id = %s)
                     WHERE commercial_partner_id = ANY(%s)
                    """,
                    new_id,
                    old_ids,
                ),
                SQL(
                    """
                    UPDATE crm_touchpoint t SET commercial_partner_id = p.commercial_partner_id, write_date = now() AT TIME ZONE 'UTC'
                      FROM res_partner p WHERE p.id = t.partner_id AND p.id = %s
                    """,
                    new_id,
                ),
            ]
        return statements
