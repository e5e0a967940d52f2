"""Loads the data set "Online Retail" (UCI, Chen 2015) as customers, products and orders. Runs inside Odoo.

Half a million order lines are written set-based: the ORM makes one customer, product and order per country, which
are rolled back again and serve as patterns; `INSERT … SELECT` repeats their columns and replaces those that the
file decides. So every column holds what Odoo itself would have written, including those of other installed apps.

A return is an order of its own with negative quantities. Lines without a customer are left out. The prices of the
file are net: no taxes. Prices may have three decimals; the subtotal of a line is rounded to the currency's cents,
as Odoo does. There are no costs, no chatter, no invoices.

All or nothing: one transaction. Invoices that were loaded before are recognised by `MARKER` and skipped.
"""

import gzip
import sys
import time
from contextlib import contextmanager

import odoo
from odoo import Command
from odoo.tools import SQL

MARKER = "UCI Online Retail"
CATEGORY = "Online Retail"

# Names of the file that are no countries ("Channel Islands", "European Community", "Unspecified") stay without one.
COUNTRY_CODES = {
    "Australia": "AU",
    "Austria": "AT",
    "Bahrain": "BH",
    "Belgium": "BE",
    "Brazil": "BR",
    "Canada": "CA",
    "Cyprus": "CY",
    "Czech Republic": "CZ",
    "Denmark": "DK",
    "EIRE": "IE",
    "Finland": "FI",
    "France": "FR",
    "Germany": "DE",
    "Greece": "GR",
    "Hong Kong": "HK",
    "Iceland": "IS",
    "Israel": "IL",
    "Italy": "IT",
    "Japan": "JP",
    "Lebanon": "LB",
    "Lithuania": "LT",
    "Malta": "MT",
    "Netherlands": "NL",
    "Norway": "NO",
    "Poland": "PL",
    "Portugal": "PT",
    "RSA": "ZA",
    "Saudi Arabia": "SA",
    "Singapore": "SG",
    "Spain": "ES",
    "Sweden": "SE",
    "Switzerland": "CH",
    "USA": "US",
    "United Arab Emirates": "AE",
    "United Kingdom": "GB",
}
TABLES = ("res_partner", "product_template", "product_product", "sale_order", "sale_order_line")
LINES_PER_BATCH = 20_000


def load(env, path, echo=print):
    """Load the gzipped CSV file `path` into the current company and run the addon's engines.

    :return: dict of counts: lines, left_out, loaded, invoices, cancellations, customers, products
    """
    start = time.monotonic()
    env = env(context=dict(env.context, lang="en_US", tracking_disable=True, mail_create_nosubscribe=True))
    _use_all_years(env.company)
    with _no_jit(env.cr):
        counts = _stage(env, path, echo)
        if counts["loaded"]:
            _make_patterns(env)
            _plan_records(env)
            _insert_records(env, counts["loaded"], echo)
    env.invalidate_all()
    _commit(env)
    echo(
        "{invoices:,} invoices, {cancellations:,} cancellations, {customers:,} customers, {products:,} products, "
        "{loaded:,} lines loaded; {left_out:,} of {lines:,} lines left out: no customer".format(**counts)
    )
    if not counts["loaded"]:
        echo("Everything had been loaded before.")
    echo(f"Loaded in {time.monotonic() - start:.0f} s")
    _run_engines(env, echo)
    return counts


# ---- reading -------------------------------------------------------------------------------------------------------


def _stage(env, path, echo):
    """Copy the file into a temporary table, drop what is not to be loaded, and count."""
    cr = env.cr
    cr.execute("""
        DROP TABLE IF EXISTS online_retail;
        CREATE TEMPORARY TABLE online_retail (
            line integer GENERATED ALWAYS AS IDENTITY, invoice varchar, code varchar, name varchar, quantity numeric,
            moment timestamp, price numeric, customer varchar, country varchar
        ) ON COMMIT DROP
    """)
    with open(path, "rb") as raw, gzip.open(raw) as file:
        size = raw.seek(0, 2)
        raw.seek(0)
        bar = Bar("reading", size)
        cr.copy_expert(
            "COPY online_retail (invoice, code, name, quantity, moment, price, customer, country)"
            " FROM STDIN (FORMAT csv, HEADER)",
            _Watched(file, lambda: bar.show(raw.tell())),
        )
        bar.end()
    cr.execute("""
        SELECT count(*), count(*) FILTER (WHERE customer IS NULL) FROM online_retail;
    """)
    lines, left_out = cr.fetchone()
    cr.execute("DELETE FROM online_retail WHERE customer IS NULL")
    cr.execute(
        SQL(
            """DELETE FROM online_retail line USING sale_order o
            WHERE o.company_id = %s AND o.origin = %s AND o.client_order_ref = line.invoice""",
            env.company.id,
            MARKER,
        )
    )
    cr.execute("ANALYZE online_retail")
    cr.execute("""
        SELECT count(*) AS loaded,
               count(DISTINCT invoice) FILTER (WHERE invoice NOT LIKE 'C%%') AS invoices,
               count(DISTINCT invoice) FILTER (WHERE invoice LIKE 'C%%') AS cancellations,
               count(DISTINCT customer) AS customers,
               count(DISTINCT code) AS products
          FROM online_retail
    """)
    return {"lines": lines, "left_out": left_out, **cr.dictfetchone()}


class _Watched:
    """A file that calls `on_read` whenever a piece of it was read."""

    def __init__(self, file, on_read):
        self.file = file
        self.on_read = on_read

    def read(self, size=-1):
        data = self.file.read(size)
        self.on_read()
        return data


# ---- patterns: what Odoo writes --------------------------------------------------------------------------------------


def _make_patterns(env):
    """Temporary tables `pattern_<table>`: per country the row that the ORM writes into each table."""
    env.cr.execute("SELECT DISTINCT country FROM online_retail ORDER BY country")
    countries = [country for (country,) in env.cr.fetchall()]
    category = _category(env)
    rows = {table: [] for table in TABLES}
    with env.cr.savepoint() as savepoint:
        product = create_product(env, "pattern", "pattern", 1.0, category)
        for country in countries:
            partner = create_partner(env, "pattern", country)
            order = create_order(env, "pattern", partner, "2011-01-01 12:00:00", [(product, 1, 1.0)])
            env.flush_all()
            for table, record in zip(TABLES, (partner, product.product_tmpl_id, product, order, order.order_line)):
                name = SQL.identifier(table)
                env.cr.execute(SQL("SELECT to_jsonb(t)::text FROM %s t WHERE id = %s", name, record.id))
                rows[table].append((country, env.cr.fetchone()[0]))
        savepoint.rollback()
    for table in TABLES:
        env.cr.execute(
            SQL(
                """
            DROP TABLE IF EXISTS %(pattern)s;
            CREATE TEMPORARY TABLE %(pattern)s ON COMMIT DROP AS
            SELECT source.country AS pattern_country, record.*
              FROM (VALUES %(rows)s) source (country, row),
                   jsonb_populate_record(NULL::%(table)s, source.row::jsonb) record
            """,
                pattern=SQL.identifier(f"pattern_{table}"),
                table=SQL.identifier(table),
                rows=SQL(", ").join(SQL("(%s, %s)", country, row) for country, row in rows[table]),
            )
        )


def create_partner(env, customer, country):
    """One customer of the file through the ORM."""
    code = COUNTRY_CODES.get(country)
    return env["res.partner"].create(
        {
            "name": f"Customer {customer}",
            "ref": customer,
            "country_id": env["res.country"].search([("code", "=", code)], limit=1).id if code else False,
            "customer_rank": 1,
        }
    )


def create_product(env, code, name, price, category):
    """One product of the file through the ORM."""
    return env["product.product"].create(
        {
            "name": name,
            "default_code": code,
            "list_price": price,
            "categ_id": category.id,
            "taxes_id": [Command.clear()],
            "supplier_taxes_id": [Command.clear()],
        }
    )


def create_order(env, invoice, partner, moment, lines):
    """One invoice of the file as a confirmed order through the ORM; `lines`: [(product, quantity, price)]."""
    order = env["sale.order"].create(
        {
            "name": invoice,
            "origin": MARKER,
            "client_order_ref": invoice,
            "partner_id": partner.id,
            "date_order": moment,
            "order_line": [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": quantity,
                        "price_unit": price,
                        "discount": 0,
                        "tax_ids": [Command.clear()],
                    }
                )
                for product, quantity, price in lines
            ],
        }
    )
    if order.currency_id != order.company_id.currency_id:
        order.pricelist_id = False
    order.action_confirm()
    order.date_order = moment
    return order


def _category(env):
    """The product category that marks what was loaded."""
    found = env["product.category"].search([("name", "=", CATEGORY)], limit=1)
    return found or env["product.category"].create({"name": CATEGORY})


# ---- what the file decides -------------------------------------------------------------------------------------------


def _plan_records(env):
    """Temporary tables with the customers, products and orders of the file, each with its id, new or existing."""
    category = _category(env)
    digits = env.company.currency_id.decimal_places
    env.cr.execute(
        SQL(
            """
        DROP TABLE IF EXISTS plan_partner, plan_product, plan_order;

        CREATE TEMPORARY TABLE plan_partner ON COMMIT DROP AS
        SELECT source.*, known.id IS NULL AS is_new, COALESCE(known.id, nextval('res_partner_id_seq')) AS id
          FROM (SELECT customer, (array_agg(country ORDER BY line))[1] AS country, min(moment) AS moment
                  FROM online_retail GROUP BY customer ORDER BY min(line)) source
          LEFT JOIN LATERAL (SELECT id FROM res_partner
                              WHERE ref = customer AND name = 'Customer ' || customer
                                AND COALESCE(company_id, %(company)s) = %(company)s
                              ORDER BY id LIMIT 1) known ON TRUE;

        CREATE TEMPORARY TABLE plan_product ON COMMIT DROP AS
        SELECT source.*, known.id IS NULL AS is_new,
               COALESCE(known.id, nextval('product_product_id_seq')) AS id,
               COALESCE(known.product_tmpl_id, nextval('product_template_id_seq')) AS template_id
          -- the pattern of a product is the same for every country: any will do
          FROM (SELECT code, min(country) AS country, min(moment) AS moment,
                       mode() WITHIN GROUP (ORDER BY name) AS name,
                       mode() WITHIN GROUP (ORDER BY price) AS price
                  FROM online_retail GROUP BY code ORDER BY min(line)) source
          LEFT JOIN LATERAL (SELECT product.id, product.product_tmpl_id
                               FROM product_product product
                               JOIN product_template template ON template.id = product.product_tmpl_id
                              WHERE product.default_code = code AND template.categ_id = %(category)s
                              ORDER BY product.id LIMIT 1) known ON TRUE;

        CREATE TEMPORARY TABLE plan_order ON COMMIT DROP AS
        SELECT source.*, partner.id AS partner_id, partner.country, nextval('sale_order_id_seq') AS id
          FROM (SELECT invoice, min(customer) AS customer, min(moment) AS moment,
                       sum(round(quantity * price, %(digits)s)) AS amount
                  FROM online_retail GROUP BY invoice ORDER BY min(line)) source
          JOIN plan_partner partner USING (customer);

        ANALYZE plan_partner, plan_product, plan_order;
        """,
            company=env.company.id,
            category=category.id,
            digits=digits,
        )
    )


def _insert_records(env, line_count, echo):
    """Insert everything planned, the lines in batches."""
    bar = Bar("writing", line_count)
    _insert(
        env,
        "res_partner",
        SQL("plan_partner plan"),
        SQL("plan.is_new"),
        {
            "id": SQL("plan.id"),
            "commercial_partner_id": SQL("plan.id"),
            "name": SQL("'Customer ' || plan.customer"),
            "complete_name": SQL("'Customer ' || plan.customer"),
            "ref": SQL("plan.customer"),
            "create_date": SQL("plan.moment"),
        },
    )
    translated = SQL("(SELECT jsonb_object_agg(lang, plan.name) FROM jsonb_object_keys(pattern.name) lang)")
    _insert(
        env,
        "product_template",
        SQL("plan_product plan"),
        SQL("plan.is_new"),
        {
            "id": SQL("plan.template_id"),
            "name": translated,
            "default_code": SQL("plan.code"),
            "list_price": SQL("plan.price"),
            "create_date": SQL("plan.moment"),
        },
    )
    _insert(
        env,
        "product_product",
        SQL("plan_product plan"),
        SQL("plan.is_new"),
        {
            "id": SQL("plan.id"),
            "product_tmpl_id": SQL("plan.template_id"),
            "default_code": SQL("plan.code"),
            "create_date": SQL("plan.moment"),
        },
    )
    _analyze(env, "res_partner")
    _insert(
        env,
        "sale_order",
        SQL("plan_order plan"),
        SQL("TRUE"),
        {
            "id": SQL("plan.id"),
            "name": SQL("plan.invoice"),
            "client_order_ref": SQL("plan.invoice"),
            "partner_id": SQL("plan.partner_id"),
            "partner_invoice_id": SQL("plan.partner_id"),
            "partner_shipping_id": SQL("plan.partner_id"),
            "date_order": SQL("plan.moment"),
            "create_date": SQL("plan.moment"),
            # The pattern was created today: keep the days of validity, not the day.
            "validity_date": SQL("plan.moment::date + (pattern.validity_date - CURRENT_DATE)"),
            "amount_untaxed": SQL("plan.amount"),
            "amount_total": SQL("plan.amount"),
            "margin": SQL("plan.amount"),
            "margin_percent": SQL("CASE WHEN plan.amount = 0 THEN 0 ELSE 1 END"),
        },
    )
    for table in TABLES[:-1]:
        _analyze(env, table)
    done = 0
    for first in range(1, _last_line(env) + 1, LINES_PER_BATCH):
        done += _insert_lines(env, first, first + LINES_PER_BATCH)
        bar.show(done)
    bar.end()
    _analyze(env, "sale_order_line")


def _analyze(env, table):
    """Tell the planner how large the table has become: foreign keys are else checked by reading it from the start."""
    env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))


def _last_line(env):
    env.cr.execute("SELECT max(line) FROM online_retail")
    return env.cr.fetchone()[0]


def _insert_lines(env, first, end):
    """Insert the order lines made of the lines `first` to `end` (exclusive) of the file."""
    digits = env.company.currency_id.decimal_places
    source = SQL(
        """(
            SELECT line.*, o.id AS order_id, o.partner_id, o.country AS order_country, product.id AS product_id,
                   product.name AS product_name, o.moment AS order_moment,
                   round(line.quantity * line.price, %(digits)s) AS subtotal,
                   round(round(line.quantity * line.price, %(digits)s) / line.quantity, %(digits)s) AS reduced
              FROM online_retail line
              JOIN plan_order o USING (invoice)
              JOIN plan_product product USING (code)
             WHERE line.line >= %(first)s AND line.line < %(end)s
             ORDER BY line.line
        ) plan""",
        digits=digits,
        first=first,
        end=end,
    )
    amount = SQL("plan.subtotal")
    return _insert(
        env,
        "sale_order_line",
        source,
        SQL("TRUE"),
        {
            "id": SQL("nextval('sale_order_line_id_seq')"),
            "order_id": SQL("plan.order_id"),
            "order_partner_id": SQL("plan.partner_id"),
            "product_id": SQL("plan.product_id"),
            "name": SQL("'[' || plan.code || '] ' || plan.product_name"),
            "product_uom_qty": SQL("plan.quantity"),
            "qty_to_invoice": SQL("plan.quantity"),
            "price_unit": SQL("plan.price"),
            "technical_price_unit": SQL("plan.price"),
            "price_subtotal": amount,
            "price_total": amount,
            "price_reduce_taxexcl": SQL("plan.reduced"),
            "price_reduce_taxinc": SQL("plan.reduced"),
            "untaxed_amount_to_invoice": amount,
            "margin": amount,
            "margin_percent": SQL("CASE WHEN plan.subtotal = 0 THEN 0 ELSE 1 END"),
            "create_date": SQL("plan.order_moment"),
        },
        country="order_country",
    )


def _insert(env, table, source, where, values, country="country"):
    """INSERT INTO table: every column from the pattern of the row's country, except those in `values`.

    :param source: a FROM item with the alias `plan`
    :param values: {column: SQL expression over `plan` and `pattern`}
    :return: number of rows
    """
    env.cr.execute(
        SQL(
            """SELECT attname FROM pg_attribute
            WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum""",
            table,
        )
    )
    columns = [name for (name,) in env.cr.fetchall()]
    unknown = set(values) - set(columns)
    if unknown:
        raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
    env.cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s JOIN %s pattern ON pattern.pattern_country = %s WHERE %s ORDER BY %s",
            SQL.identifier(table),
            SQL(", ").join(SQL.identifier(name) for name in columns),
            SQL(", ").join(values[name] if name in values else SQL.identifier("pattern", name) for name in columns),
            source,
            SQL.identifier(f"pattern_{table}"),
            SQL.identifier("plan", country),
            where,
            SQL("plan.line") if table == "sale_order_line" else SQL("plan.id"),
        )
    )
    return env.cr.rowcount


# ---- around it -------------------------------------------------------------------------------------------------------


def _use_all_years(company):
    """The data end on 9 December 2011: seen from today nobody would have bought for years."""
    if "werthaltigkeit_period" in company._fields:
        company.werthaltigkeit_period = "all"
        company.werthaltigkeit_as_of = "2011-12-10"


@contextmanager
def _no_jit(cr):
    """Compiling these queries takes longer than running them."""
    cr.execute("SET LOCAL jit = off")
    yield
    cr.execute("SET LOCAL jit = DEFAULT")


def _commit(env):
    """Commit, except inside a test, which rolls back what it did."""
    if not odoo.modules.module.current_test:
        env.cr.commit()


def _run_engines(env, echo):
    """Rebuild the history and the customer values, where the addon is installed."""
    for engine, method, result in (
        ("crm.touchpoint.engine", "_run_all", "crm.touchpoint"),
        ("crm.value.engine", "_rebuild", "crm.customer.value"),
    ):
        if engine not in env:
            echo(f"{engine}: not installed")
            continue
        start = time.monotonic()
        getattr(env[engine], method)()
        env.flush_all()
        rows = env[result].search_count([]) if result in env else 0
        _commit(env)
        echo(f"{engine}: {rows:,} rows in {time.monotonic() - start:.1f} s")


class Bar:
    """A progress bar on a terminal; silent elsewhere."""

    WIDTH = 30

    def __init__(self, title, total, stream=None):
        self.title = title
        self.total = total
        self.stream = stream or sys.stderr
        self.shown = None

    def show(self, done):
        part = min(1.0, done / self.total) if self.total else 1.0
        filled = round(part * self.WIDTH)
        text = f"\r{self.title} [{'█' * filled}{'·' * (self.WIDTH - filled)}] {part:4.0%}"
        if text != self.shown and self.stream.isatty():
            self.shown = text
            self.stream.write(text)
            self.stream.flush()

    def end(self):
        if self.shown:
            self.stream.write("\r\033[K")
            self.stream.flush()
