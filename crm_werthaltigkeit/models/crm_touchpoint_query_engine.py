from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

COLUMNS = (
    "partner_id",
    "commercial_partner_id",
    "lead_id",
    "company_id",
    "date",
    "approximate",
    "kind_id",
    "channel_id",
    "direction",
    "stage",
    "satisfaction",
    "minutes",
    "own_cost",
    "cost",
    "amount",
    "currency_id",
    "user_id",
    "team_id",
    "campaign_id",
    "utm_source_id",
    "medium_id",
    "reason_id",
    "note",
    "res_model",
    "res_id",
)
# thresholds of rating.rating for "top" and "ok"
RATING_GOOD, RATING_NEUTRAL = 3.66, 2.33
INTERNAL = SQL("EXISTS (SELECT FROM res_users u WHERE u.partner_id = contact.id AND NOT u.share)")


class CrmTouchpointQuery(models.AbstractModel):
    """Builds the SQL of the capture from the rows of `crm.touchpoint.source`."""

    _name = "crm.touchpoint.query"
    _description = "Queries of the Capture"

    def _upserts(self, source, ids, past):
        """Return the statements that write the touchpoints of these records, one per kind of document."""
        if not source.document_model_path:
            return [self._upsert(source, ids, past, self._rates())]
        documents = self.env["crm.touchpoint.document"].search([])._available()
        named = self._named_models(source, ids)
        documents = documents.filtered(lambda document: document.model in named)
        rates = self._rates()
        return [self._upsert(source, ids, past, rates, document) for document in documents]

    def _named_models(self, source, ids):
        """Return the models that these records name as their document: statements for others find nothing."""
        model = self.env[source.model].sudo().with_context(active_test=False)
        query = model._search([], bypass_access=True)
        query.add_where(self._among(SQL.identifier(model._table, "id"), ids))
        path = self._path(model, query, source.document_model_path)
        return {row[0] for row in self.env.execute_query(query.select(SQL("DISTINCT %s", path)))}

    def _upsert(self, source, ids, past, rates, document=None):
        """INSERT … SELECT … ON CONFLICT of one source; rows that would not change are not written.

        The moment of a row whose moment Odoo never recorded stays as it was first seen.
        """
        updated = [c for c in COLUMNS if not (source.date_rule == "change" and c in ("date", "approximate"))]
        updated.remove("stage")  # kept by the pass that tells first from repeat purchases
        purchase = source.kind_id.is_purchase
        known = not past or self._is_captured(source, ids)
        excluded = SQL(", ").join(SQL("EXCLUDED.%s", SQL.identifier(c)) for c in updated)
        current = SQL(", ").join(SQL.identifier("crm_touchpoint", c) for c in updated)
        return SQL(
            """
            INSERT INTO crm_touchpoint (source_id, record_id, slot, %(columns)s, create_date, write_date)
            SELECT %(source)s, s.record_id, 0, s.partner_id, s.commercial_partner_id, s.lead_id, s.company_id, s.date,
                   s.approximate, s.kind_id, s.channel_id, s.direction, %(stage)s, COALESCE(a.satisfaction, s.satisfaction),
                   %(minutes)s, s.own_cost, %(cost)s,
                   s.amount, s.currency_id, s.user_id, s.team_id, s.campaign_id, s.utm_source_id, s.medium_id, a.reason_id,
                   a.note, s.res_model, s.res_id, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM (%(select)s) s
         LEFT JOIN crm_touchpoint_annotation a
                ON a.source_id = %(source)s AND a.record_id = s.record_id AND a.slot = 0
                   %(earlier)s
         LEFT JOIN %(rates)s ON rate.company_id = s.company_id AND rate.channel_id = s.channel_id
                   %(conflict)s
            """,
            conflict=SQL(
                """
                ON CONFLICT (source_id, record_id, slot) WHERE source_id IS NOT NULL
                DO UPDATE SET (%(updated)s, write_date) = (%(excluded)s, EXCLUDED.write_date)
                        WHERE (%(current)s) IS DISTINCT FROM (%(excluded)s)
                """,
                updated=SQL(", ").join(map(SQL.identifier, updated)),
                excluded=excluded,
                current=current,
            )
            if known
            else SQL(),
            columns=SQL(", ").join(map(SQL.identifier, COLUMNS)),
            source=source.id,
            earlier=self._earlier_purchases(ids, past) if purchase else SQL(),
            stage=self._first_or_repeat() if purchase else SQL("s.stage"),
            minutes=SQL("COALESCE(a.minutes, s.minutes)"),
            cost=self._cost(SQL("COALESCE(a.minutes, s.minutes)"), "s"),
            select=self._select(source, ids, past, document),
            rates=rates,
        )

    def _is_captured(self, source, ids):
        """Whether any of these records has a touchpoint already: of the past usually none, and looking at each takes time."""
        query = SQL(
            "SELECT EXISTS (SELECT FROM crm_touchpoint t WHERE t.source_id = %s AND %s)",
            source.id,
            self._among(SQL("t.record_id"), ids),
        )
        return self.env.execute_query(query)[0][0]

    def _select(self, source, ids, past, document=None):
        """Select the columns of a touchpoint for each record of the source among `ids`."""
        model = self.env[source.model].sudo().with_context(active_test=False)
        domain = Domain(source._parsed_domain())
        query = model._search(domain, bypass_access=True)
        query.add_where(self._among(SQL.identifier(model._table, "id"), ids))
        first = lambda name: self._first(model, query, source._paths(name))  # noqa: E731
        partner, lead, company = (
            [first(f"{name}_path")] if source[f"{name}_path"] else [] for name in ("partner", "lead", "company")
        )
        res_model, res_id = self._opened(source, model, query)
        if document:
            target, alias = self._join_document(source, model, query, document)
            res_model, res_id = SQL("%s", document.model), SQL.identifier(alias, "id")
            for expressions, path in (
                (partner, document.partner_path),
                (lead, document.lead_path),
                (company, document.company_path),
            ):
                if path and target._fields.get(path.split(".")[0]):
                    expressions.append(self._path(target, query, path, alias))
        partner, lead = self._coalesce(partner), self._coalesce(lead)
        query.add_join("LEFT JOIN", "contact", "res_partner", SQL("contact.id = %s", partner))
        user = first("user_path")
        query.add_join("LEFT JOIN", "person", "res_users", SQL("person.id = %s", user))
        query.add_where(
            SQL("(contact.id IS NOT NULL AND NOT %s OR %s IS NULL AND %s IS NOT NULL)", INTERNAL, partner, lead)
        )
        date = self._moment(source, model, query)
        if source.scheduled:
            query.add_where(SQL("%s <= (now() AT TIME ZONE 'UTC')", date))
        columns = {
            "record_id": SQL.identifier(model._table, "id"),
            "partner_id": SQL("contact.id"),
            "commercial_partner_id": SQL("contact.commercial_partner_id"),
            "lead_id": lead,
            "company_id": self._coalesce(
                [*company, SQL("contact.company_id"), SQL("person.company_id"), SQL("%s", self._only_company())]
            ),
            "date": date,
            "approximate": SQL("%s", bool(past and source.date_rule == "change")),
            "kind_id": SQL("%s", source.kind_id.id),
            "channel_id": self._channel(source, first("channel_path"), first("alternate_path")),
            "direction": SQL("%s", source.direction),
            "stage": SQL("%s::varchar", source.stage or None),
            "satisfaction": self._satisfaction(first("satisfaction_path")),
            "minutes": SQL("(%s * %s)::float8", first("minutes_path"), source.minutes_factor),
            "own_cost": SQL("%s::numeric", first("cost_path")),
            "amount": SQL("(%s * %s)::numeric", first("amount_path"), source.amount_factor),
            "currency_id": first("currency_path") if source.amount_path else SQL("NULL::int"),
            "user_id": SQL("person.id"),
            "team_id": first("team_path"),
            "campaign_id": first("campaign_path"),
            "utm_source_id": first("utm_source_path"),
            "medium_id": first("medium_path"),
            "res_model": res_model,
            "res_id": res_id,
        }
        return query.select(*(SQL("%s AS %s", sql, SQL.identifier(name)) for name, sql in columns.items()))

    def _among(self, column, ids):
        if isinstance(ids, range):
            return SQL("%s BETWEEN %s AND %s", column, ids[0], ids[-1])
        return SQL("%s = ANY(%s)", column, list(ids))

    # -- expressions --------------------------------------------------------------------------

    def _path(self, model, query, path, alias=None):
        """Return the SQL of a dotted path, joining along its many2one fields."""
        alias = alias or model._table
        *links, last = path.lstrip("?").split(".")
        for name in links:
            model, alias = model._fields[name].join(model, alias, query)
        return model._field_to_sql(alias, last, query)

    def _first(self, model, query, paths):
        """Return the first value that is there of several paths; NULL where none exists here."""
        source = self.env["crm.touchpoint.source"].new({"model": model._name})
        return self._coalesce([self._path(model, query, path) for path in paths if source._path_exists(path)])

    def _coalesce(self, expressions):
        if not expressions:
            return SQL("NULL::int")
        return expressions[0] if len(expressions) == 1 else SQL("COALESCE(%s)", SQL(", ").join(expressions))

    def _moment(self, source, model, query):
        """Return the moment as a naive UTC timestamp; a plain date counts as its noon."""
        if source.date_rule == "change":
            return self._path(model, query, "write_date")
        expressions = []
        for path in source._paths("date_path"):
            target = model
            *links, last = path.lstrip("?").split(".")
            for name in links:
                target = self.env[target._fields[name].comodel_name]
            sql = self._path(model, query, path)
            expressions.append(SQL("(%s + time '12:00')", sql) if target._fields[last].type == "date" else sql)
        return self._coalesce(expressions)

    def _opened(self, source, model, query):
        """Return model and id of the record that a click on the touchpoint opens."""
        if not source.open_path:
            return SQL("%s", source.model), SQL.identifier(model._table, "id")
        target = model
        for name in source.open_path.split("."):
            target = self.env[target._fields[name].comodel_name]
        return SQL("%s", target._name), self._path(model, query, source.open_path)

    def _join_document(self, source, model, query, document):
        """Join the documents of one kind that the records name by model and id."""
        target = self.env[document.model].sudo().with_context(active_test=False)
        condition = SQL(
            "document.id = %s AND %s = %s",
            self._path(model, query, source.document_id_path),
            self._path(model, query, source.document_model_path),
            document.model,
        )
        query.add_join("JOIN", "document", target._table, condition)
        domain = document._parsed_domain()
        if domain:
            query.add_where(SQL("document.id IN %s", target._search(domain, bypass_access=True).subselect()))
        return target, "document"

    def _channel(self, source, named, alternate):
        """Return the channel that the record names, else that of the row."""
        if not (source.alternate_path and source.alternate_channel_id):
            return SQL("COALESCE(%s, %s::int)", named, source.channel_id.id or None)
        return SQL(
            "COALESCE(%s, CASE WHEN %s IS NOT NULL THEN %s ELSE %s::int END)",
            named,
            alternate,
            source.alternate_channel_id.id,
            source.channel_id.id or None,
        )

    def _satisfaction(self, rating):
        """Turn a rating from 1 to 5 into the three smileys, with the thresholds of Odoo's ratings."""
        return SQL(
            "CASE WHEN %(rating)s >= %(good)s THEN 'good' WHEN %(rating)s >= %(neutral)s THEN 'neutral'"
            " WHEN %(rating)s > 0 THEN 'bad' END",
            rating=rating,
            good=RATING_GOOD,
            neutral=RATING_NEUTRAL,
        )

    def _only_company(self):
        """Return the company for records that name none, where there is just one; else None."""
        companies = self.env["res.company"].sudo().search([], limit=2)
        return companies.id if len(companies) == 1 else None

    def _earlier_purchases(self, ids, past):
        """Join each customer's first purchase so far as `earlier`.

        Of the past all are read at once: looking each customer up, in a table that the statement itself
        fills while the planner takes it for empty, would take minutes.
        """
        kinds = self.env["crm.touchpoint.kind"].with_context(active_test=False).search([("is_purchase", "=", True)])
        first = SQL(
            "SELECT e.commercial_partner_id, min(e.date) AS date FROM crm_touchpoint e WHERE e.kind_id = ANY(%s)",
            kinds.ids,
        )
        if past and len(ids) > 1_000:
            return SQL(
                "LEFT JOIN (%s GROUP BY 1) earlier ON earlier.commercial_partner_id = s.commercial_partner_id", first
            )
        return SQL(
            "LEFT JOIN LATERAL (%s AND e.commercial_partner_id = s.commercial_partner_id GROUP BY 1) earlier ON TRUE",
            first,
        )

    def _first_or_repeat(self):
        """Stage of a purchase: the customer's first, or one more; `_completions` corrects what comes late."""
        return SQL("""
            CASE WHEN row_number() OVER (PARTITION BY s.commercial_partner_id ORDER BY s.date, s.record_id) = 1
                  AND (earlier.date IS NULL OR earlier.date >= s.date) THEN 'purchase' ELSE 'repeat' END
        """)
