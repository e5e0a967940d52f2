from odoo import fields, models
from odoo.tools import SQL

COLUMNS = {
    "company_id": "int4",
    "external_system": "text",
    "external_ref": "text",
    "partner_id": "int4",
    "kind_id": "int4",
    "channel_id": "int4",
    "direction": "text",
    "satisfaction": "text",
    "date": "timestamp",
    "minutes": "float8",
    "cost": "numeric",
    "note": "text",
    "user_id": "int4",
}
KEY = ("company_id", "external_system", "external_ref")


class CrmTouchpointExternalEngine(models.AbstractModel):
    """Writes touchpoints of other systems: one statement, each event once.

    Two deliveries of an event at the same time: the second waits for the first, then fails with a
    serialisation error, which Odoo tries again; then it finds the touchpoint of the first.
    """

    _name = "crm.touchpoint.external.engine"
    _description = "Writing of Touchpoints of Other Systems"

    def _known(self, keys):
        """Return {(company id, system, reference): touchpoint id} of the events that are there already."""
        if not keys:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT t.company_id, t.external_system, t.external_ref, t.id
                  FROM unnest(%s::int[], %s::text[], %s::text[]) AS r (company_id, system, ref)
                  JOIN crm_touchpoint t
                    ON t.company_id = r.company_id AND t.external_system = r.system AND t.external_ref = r.ref
                """,
                *(list(column) for column in zip(*keys, strict=True)),
            )
        )
        return {tuple(row[:3]): row[3] for row in rows}

    def _insert(self, rows):
        """Write these rows and what follows from them (customer, stage, cost); return {key: touchpoint id}."""
        if not rows:
            return {}
        self.env.flush_all()
        ids = [row[0] for row in self.env.execute_query(self._insert_statement(rows))]
        self.env["crm.touchpoint.engine"].sudo()._complete(ids)
        self.env.invalidate_all(flush=False)
        return self._known([row["key"] for row in rows])

    def _insert_statement(self, rows):
        """An event twice in the same delivery is one touchpoint, as in two deliveries."""
        names = [SQL.identifier(name) for name in COLUMNS]
        defaults = {"minutes": 0.0, "direction": "in", "date": fields.Datetime.now()}
        arrays = [
            SQL("%s::%s[]", [self._stored(row, name, defaults) for row in rows], SQL.identifier(kind))
            for name, kind in COLUMNS.items()
        ]
        return SQL(
            """
            INSERT INTO crm_touchpoint (%(names)s, cost_reported, commercial_partner_id, create_uid, write_uid,
                                        create_date, write_date)
            SELECT %(values)s, r.cost IS NOT NULL, p.commercial_partner_id, %(user)s, %(user)s,
                   now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM unnest(%(arrays)s) AS r (%(names)s)
              JOIN res_partner p ON p.id = r.partner_id
       ON CONFLICT (company_id, external_system, external_ref) WHERE external_ref IS NOT NULL DO NOTHING
         RETURNING id
            """,
            names=SQL(", ").join(names),
            values=SQL(", ").join(SQL("r.%s", name) for name in names),
            user=self.env.uid,
            arrays=SQL(", ").join(arrays),
        )

    def _stored(self, row, name, defaults):
        """An empty text is no text; a reported cost of 0 is a cost."""
        value = row.get(name)
        return defaults.get(name) if value is None or value == "" else value
