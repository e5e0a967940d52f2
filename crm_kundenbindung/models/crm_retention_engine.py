from odoo import api, models
from odoo.tools import SQL

RHYTHM_FROM = 3  # days with a purchase from which a customer's own mean interval counts as a rhythm
BATCH = 1000  # changes of stage that are written at once
# columns that follow from the values; nobody reacts to them, so they are written set-based
FIGURES = (
    "currency_id",
    "user_id",
    "team_id",
    "value_class",
    "stage_computed_id",
    "won_back_on",
    "first_order_date",
    "last_order_date",
    "purchase_days",
    "mean_interval",
    "basis",
    "risk_known",
    "margin_at_risk",
    "potential_known",
    "potential",
    "instrument",
    "instruments",
    "urgency",
    "urgency_parts",
)


class CrmRetentionEngine(models.AbstractModel):
    """Computes life cycle, potential and urgency of all customers of a company from their values.

    A handful of statements, whatever the number of customers; then the changed stages in batches
    through the ORM. It reads values and never writes one.
    """

    _name = "crm.retention.engine"
    _description = "Computation of the Life Cycle"

    # -- called by crm.computation ------------------------------------------------------------------

    def _continue(self, computation, commit=False):
        """Do a company's run; return whether it is done (False: the cron's time is up, go on next time)."""
        company = computation.company_id
        if not computation.last_id:
            self._compute(company)
            computation.last_id = 1
            if commit:
                self.env["ir.cron"]._commit_progress(1, remaining=1)
        if not self._write_stages(company, commit):
            return False
        self.env["crm.next.action.engine"]._refresh(company)
        computation.row_count = self.env["crm.retention"].search_count([("company_id", "=", company.id)])
        return True

    def _update(self, company, commit=False):
        """Nothing in between: a customer's stage is a matter of days."""

    @api.model
    def _run(self, company):
        """Compute everything of a company at once, in this transaction."""
        self._compute(company)
        self._write_stages(company)
        self.env["crm.next.action.engine"]._refresh(company)

    # -- figures --------------------------------------------------------------------------------------

    def _compute(self, company):
        """Write everything but changes of stage; a first stage is set with its row."""
        self.env.flush_all()
        execute = self.env.cr.execute
        for table, statement in (
            ("crm_retention_base", lambda: self._base(company)),
            ("crm_retention_new", lambda: self._figures(company)),
        ):
            execute(SQL("DROP TABLE IF EXISTS %s", SQL.identifier(table)))
            execute(SQL("CREATE TEMP TABLE %s ON COMMIT DROP AS %s", SQL.identifier(table), statement()))
            execute(SQL("ANALYZE %s", SQL.identifier(table)))
        for statement in self._writes(company):
            execute(statement)
        self.env["crm.value.engine"]._analyze_grown("crm_retention")
        self.env["crm.retention"].invalidate_model(flush=False)
        self.env["crm.retention.history"].invalidate_model(flush=False)

    def _stages(self):
        """Return {code: stage}."""
        return {stage.code: stage for stage in self.env["crm.retention.stage"].sudo().search([])}

    def _base(self, company):
        """Select the customers who are scored: figures of their values, and what is stored of them by now."""
        return SQL(
            """
            SELECT v.partner_id, v.currency_id, v.user_id, v.team_id, v.value_class, v.rank_basis, v.first_order_date,
                   v.last_order_date, v.purchase_days_ever, v.mean_interval, v.purchase_method, v.probability_active,
                   v.margin_at_risk, r.id AS retention_id, %(today)s - v.last_order_date AS elapsed,
                   CASE WHEN v.purchase_days_ever >= %(rhythm)s AND v.mean_interval > 0
                        THEN (%(today)s - v.last_order_date) / v.mean_interval END AS ratio,
                   CASE WHEN r.stage_id = %(lapsed)s AND v.last_order_date > r.last_order_date
                        THEN v.last_order_date ELSE r.won_back_on END AS won_back_on
              FROM crm_customer_value v
              LEFT JOIN crm_retention r ON r.partner_id = v.partner_id AND r.company_id = v.company_id
             WHERE v.company_id = %(company)s AND v.partner_id IS NOT NULL AND v.anonymous IS NOT TRUE
               AND v.no_profiling IS NOT TRUE AND v.partner_id NOT IN (%(objectors)s)
            """,
            today=company._werthaltigkeit_today(),
            rhythm=RHYTHM_FROM,
            lapsed=self._stages()["lapsed"].id,
            company=company.id,
            objectors=self.env["crm.value.query"]._objectors(),
        )

    def _stage(self, company):
        """The stage of a customer `b`, as an SQL expression with its id: the first that fits."""
        stages = self._stages()
        rules = [
            ("prospect", SQL("b.last_order_date IS NULL")),
            ("new", SQL("b.first_order_date >= %s - %s", company._werthaltigkeit_today(), stages["new"].days)),
            ("lapsed", self._overdue(stages["lapsed"])),
            ("at_risk", self._overdue(stages["at_risk"])),
            ("won_back", SQL("b.won_back_on >= %s - %s", company._werthaltigkeit_today(), stages["won_back"].days)),
            ("loyal", SQL("b.purchase_days_ever >= %s", stages["loyal"].purchases)),
            ("growing", SQL("b.purchase_days_ever >= %s", stages["growing"].purchases)),
            ("new", SQL("TRUE")),
        ]
        whens = SQL(" ").join(SQL("WHEN %s THEN %s", condition, stages[code].id) for code, condition in rules)
        return SQL("(CASE %s END)", whens)

    def _overdue(self, stage):
        """Condition: away for too many own intervals, or months without a rhythm, or probably lost."""
        lost = SQL("FALSE")
        if stage.probability:
            lost = SQL("(b.purchase_method = 'model' AND b.probability_active < %s)", stage.probability)
        return SQL(
            "(b.elapsed > %(days)s AND (b.ratio > %(intervals)s OR (b.ratio IS NULL AND b.elapsed > %(months)s * 30.44) OR %(lost)s))",
            days=stage.days,
            intervals=stage.intervals,
            months=stage.months,
            lost=lost,
        )

    def _figures(self, company):
        """Select the row of each customer to be, from the temporary table of `_base`."""
        parts = self.env["crm.retention.factor.engine"]._parts(company)
        aliases = [SQL.identifier(f"f{factor.id}") for factor, _statement in parts]
        joins = [
            SQL("LEFT JOIN (%s) %s ON %s.partner_id = b.partner_id", s, a, a)
            for (_f, s), a in zip(parts, aliases, strict=True)
        ]
        total = [
            SQL("CASE WHEN %s.part IS NOT NULL THEN %s ELSE 0 END", a, f.weight)
            for (f, _s), a in zip(parts, aliases, strict=True)
        ]
        points = [SQL("COALESCE(%s.part, 0) * %s", a, f.weight) for (f, _s), a in zip(parts, aliases, strict=True)]
        told = [
            SQL(
                "%(code)s, CASE WHEN %(a)s.part IS NOT NULL THEN jsonb_build_array("
                "round(%(a)s.part::numeric, 2), round(%(a)s.figure::numeric, 2), round(%(a)s.other::numeric, 2)) END",
                code=f.code,
                a=a,
            )
            for (f, _s), a in zip(parts, aliases, strict=True)
        ]
        return SQL(
            """
            SELECT b.retention_id, b.partner_id, b.currency_id, b.user_id, b.team_id, b.value_class, %(stage)s AS stage_computed_id,
                   b.won_back_on, b.first_order_date, b.last_order_date, b.purchase_days_ever AS purchase_days, b.mean_interval,
                   COALESCE(b.rank_basis, 'revenue') AS basis, b.margin_at_risk IS NOT NULL AS risk_known, b.margin_at_risk,
                   i.potential IS NOT NULL AS potential_known, i.potential, i.instrument, i.instruments,
                   CASE WHEN b.last_order_date IS NULL THEN 0
                        ELSE round(100 * (%(points)s) / GREATEST(%(total)s, 1))::int END AS urgency,
                   CASE WHEN b.last_order_date IS NOT NULL THEN jsonb_strip_nulls(jsonb_build_object(%(told)s)) END AS urgency_parts
              FROM crm_retention_base b %(joins)s
              LEFT JOIN (%(instruments)s) i ON i.partner_id = b.partner_id
            """,
            stage=self._stage(company),
            points=SQL(" + ").join([SQL("0"), *points]),
            total=SQL(" + ").join([SQL("0"), *total]),
            told=SQL(", ").join(told),
            joins=SQL(" ").join(joins),
            instruments=self._potentials(company),
        )

    # -- retention potential ----------------------------------------------------------------------------

    def _instrument_chances(self, company):
        """Return SQL selecting partner_id, instrument (name), chance (0 to 1) and cost, or empty SQL while nothing was measured.

        The chance that an instrument keeps this customer comes from finished measures in the groups the
        customer belongs to; cost in the currency of the company.
        """
        return SQL()

    def _potentials(self, company):
        """Select per customer the best instrument, its potential, and all of them as JSON, the best first."""
        chances = self._instrument_chances(company)
        if not chances:
            return SQL(
                "SELECT NULL::int4 AS partner_id, NULL::numeric AS potential, NULL::varchar AS instrument, NULL::jsonb AS instruments"
            )
        return SQL(
            """
            SELECT partner_id, max(potential) AS potential, (array_agg(instrument ORDER BY potential DESC, instrument))[1] AS instrument,
                   jsonb_agg(jsonb_build_array(instrument, round(chance::numeric, 3), cost, potential) ORDER BY potential DESC, instrument)
                       AS instruments
              FROM (SELECT b.partner_id, c.instrument, c.chance, c.cost,
                           round((b.margin_at_risk * c.chance - c.cost)::numeric, %(places)s) AS potential
                      FROM crm_retention_base b JOIN (%(chances)s) c ON c.partner_id = b.partner_id
                     WHERE b.margin_at_risk IS NOT NULL) p
             GROUP BY partner_id
            """,
            places=company.currency_id.decimal_places,
            chances=chances,
        )

    # -- writing ------------------------------------------------------------------------------------------

    def _writes(self, company):
        """Return the statements that take over the temporary table: changes, departures, newcomers with their first stage."""
        names = SQL(", ").join(map(SQL.identifier, FIGURES))
        new = SQL(", ").join(SQL.identifier("n", name) for name in FIGURES)
        current = SQL(", ").join(SQL.identifier("r", name) for name in FIGURES)
        now = SQL("now() AT TIME ZONE 'UTC'")
        return [
            SQL(
                """
                UPDATE crm_retention r SET (%(names)s) = ROW(%(new)s), computed_on = %(now)s, write_date = %(now)s
                  FROM crm_retention_new n WHERE n.retention_id = r.id AND (%(current)s) IS DISTINCT FROM (%(new)s)
                """,
                names=names,
                new=new,
                current=current,
                now=now,
            ),
            SQL(
                """
                DELETE FROM crm_retention r WHERE r.company_id = %s
                   AND NOT EXISTS (SELECT FROM crm_retention_new n WHERE n.retention_id = r.id)
                """,
                company.id,
            ),
            SQL(
                "UPDATE crm_retention_history h SET partner_id = NULL WHERE h.company_id = %s AND h.partner_id IN (%s)",
                company.id,
                self.env["crm.value.query"]._objectors(),
            ),
            SQL(
                """
                WITH added AS (
                    INSERT INTO crm_retention (partner_id, company_id, %(names)s, stage_id, stage_since, computed_on,
                                               create_date, write_date)
                    SELECT n.partner_id, %(company)s, %(new)s, n.stage_computed_id,
                           CASE WHEN n.stage_computed_id = %(newcomer)s THEN n.first_order_date END, %(now)s,
                           %(now)s, %(now)s
                      FROM crm_retention_new n WHERE n.retention_id IS NULL
               ON CONFLICT (company_id, partner_id) DO NOTHING
                 RETURNING partner_id, user_id, team_id, stage_id)
                INSERT INTO crm_retention_history (partner_id, company_id, user_id, team_id, to_stage_id, date,
                                                   create_date, write_date)
                SELECT partner_id, %(company)s, user_id, team_id, stage_id, %(today)s, %(now)s, %(now)s FROM added
                """,
                names=names,
                new=new,
                company=company.id,
                newcomer=self._stages()["new"].id,
                now=now,
                today=company._werthaltigkeit_today(),
            ),
        ]

    def _write_stages(self, company, commit=False):
        """Write changed stages through the ORM, each with its line of history; return whether all are written."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT stage_id, stage_computed_id, array_agg(id ORDER BY id) FROM crm_retention
                 WHERE company_id = %s AND stage_id <> stage_computed_id GROUP BY 1, 2 ORDER BY 1, 2
                """,
                company.id,
            )
        )
        today = company._werthaltigkeit_today()
        left = sum(len(ids) for _before, _after, ids in rows)
        for before, after, ids in rows:
            for start in range(0, len(ids), BATCH):
                batch = ids[start : start + BATCH]
                self._write_history(company, batch, today)
                self.env["crm.retention"].browse(batch).write(
                    {"stage_id": after, "stage_before_id": before, "stage_since": today}
                )
                left -= len(batch)
                if commit and not self.env["ir.cron"]._commit_progress(1, remaining=1) and left:
                    return False
        return True

    def _write_history(self, company, ids, today):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_retention_history (partner_id, company_id, user_id, team_id, from_stage_id, to_stage_id, date, days,
                                                   create_date, write_date)
                SELECT partner_id, company_id, user_id, team_id, stage_id, stage_computed_id, %(today)s, %(today)s - stage_since,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM crm_retention WHERE id = ANY(%(ids)s) ORDER BY id
                """,
                today=today,
                ids=ids,
            )
        )
        self.env["crm.retention.history"].invalidate_model(flush=False)

    # -- merges ---------------------------------------------------------------------------------------------

    def _merge_customers(self, old_ids, new_id):
        """Keep one row per company of customers about to be merged; the next run computes it anew."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM crm_retention r
                 USING (SELECT id, row_number() OVER (PARTITION BY company_id ORDER BY partner_id = %s DESC, id) AS position
                          FROM crm_retention WHERE partner_id = ANY(%s)) d
                 WHERE d.id = r.id AND d.position > 1
                """,
                new_id,
                [*old_ids, new_id],
            )
        )
        self.env["crm.retention"].invalidate_model(flush=False)
