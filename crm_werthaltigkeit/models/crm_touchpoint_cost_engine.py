from odoo import models
from odoo.tools import SQL


class CrmTouchpointQuery(models.AbstractModel):
    """What a contact costs, as SQL: rates of its channel, handling of its kind, what its record cost."""

    _inherit = "crm.touchpoint.query"

    def _rates(self):
        """The channels' rates per company as a table `rate`."""
        rows = self.env["crm.touchpoint.channel"]._rates() or [(0, 0, 0.0, 0.0, 0.0)]
        return SQL(
            "(VALUES %s) AS rate (company_id, channel_id, per_contact, per_hour, default_minutes)",
            SQL(", ").join(SQL("(%s, %s, %s::numeric, %s::numeric, %s::numeric)", *row) for row in rows),
        )

    def _cost(self, minutes, alias):
        """Cost of a contact: per contact plus per hour, plus handling what it is about, plus what its record cost.

        What happens only among ourselves costs too.

        :param alias: of the rows whose company and kind decide about the handling
        """
        handling = [
            SQL(
                "WHEN %s = %s AND %s = %s THEN %s::numeric",
                SQL.identifier(alias, "company_id"),
                company_id,
                SQL.identifier(alias, "kind_id"),
                kind_id,
                cost,
            )
            for company_id, kind_id, cost in self.env["crm.touchpoint.kind"]._handling_costs()
        ]
        return SQL(
            "round(COALESCE(rate.per_contact + COALESCE(NULLIF(%s, 0)::numeric, rate.default_minutes) / 60"
            " * rate.per_hour, 0) + %s + COALESCE(%s, 0), 2)",
            minutes,
            SQL("CASE %s ELSE 0 END", SQL(" ").join(handling)) if handling else SQL("0"),
            SQL.identifier(alias, "own_cost"),
        )

    def _cost_update(self, condition):
        """Value touchpoints `t` of the condition anew with the rates of their channel and kind."""
        return SQL(
            """
            UPDATE crm_touchpoint u SET cost = n.cost, write_date = now() AT TIME ZONE 'UTC'
              FROM (SELECT t.id, %(cost)s AS cost
                      FROM crm_touchpoint t
                 LEFT JOIN %(rates)s ON rate.company_id = t.company_id AND rate.channel_id = t.channel_id
                     WHERE %(condition)s AND t.cost_reported IS NOT TRUE) n
             WHERE n.id = u.id AND u.cost IS DISTINCT FROM n.cost
            """,
            cost=self._cost(SQL("t.minutes"), "t"),
            rates=self._rates(),
            condition=condition,
        )
