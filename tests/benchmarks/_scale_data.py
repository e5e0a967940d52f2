"""Generates customers, orders and order lines by the million, set-based, with repeat purchases as MBG/NBD has them.

The ORM makes one customer, product and order, which are rolled back and serve as patterns: `INSERT … SELECT` repeats
their columns and replaces those that differ. So every column holds what Odoo itself would have written.

Per customer: first purchase somewhere in the past five years, a buying rate, and a chance to be lost after each
purchase. Per order on average three lines; every 25th line is a return at what was paid, every sixth has a discount,
3 % of the products carry no cost. The same sizes give the same data.
"""

from contextlib import contextmanager

from odoo import Command
from odoo.tools import SQL

ORDERS_PER_CUSTOMER = 4
PRODUCTS = 2_000
TABLES = ("res_partner", "product_template", "product_product", "sale_order", "sale_order_line")
FILLED = ("res_partner", "sale_order", "sale_order_line")


def generate(env, customers, echo=lambda text: None):
    """Fill the company with this many customers; return {table: rows} of what was written."""
    env = env(context=dict(env.context, tracking_disable=True, mail_create_nosubscribe=True))
    env.cr.execute("SELECT setseed(0.42)")
    _make_patterns(env)
    with _bulk(env):
        counts = {"product_product": _insert_products(env)}
        counts["res_partner"] = _insert_partners(env, customers)
        echo(f"{customers:,} customers")
        _plan(env, customers)
        counts["sale_order"] = _insert_orders(env)
        echo(f"{counts['sale_order']:,} orders")
        counts["sale_order_line"] = _insert_lines(env)
        echo(f"{counts['sale_order_line']:,} order lines")
    env.invalidate_all()
    return counts


@contextmanager
def _bulk(env):
    """Write without checking foreign keys row by row, and build the indexes of the large tables at the end.

    Needs a superuser of the database, which the one of `./dev` is; another just takes longer.
    """
    env.cr.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
    if env.cr.fetchone()[0]:
        env.cr.execute("SET LOCAL session_replication_role = replica")
    env.cr.execute(
        """SELECT indexname, indexdef FROM pg_indexes
            WHERE tablename = ANY(%s) AND indexname NOT IN (SELECT conname FROM pg_constraint)""",
        [list(FILLED)],
    )
    indexes = env.cr.fetchall()
    for name, _definition in indexes:
        env.cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
    yield
    for _name, definition in indexes:
        env.cr.execute(definition)
    for table in TABLES:
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.cr.execute("SET LOCAL session_replication_role = DEFAULT")


def _make_patterns(env):
    """Temporary tables `pattern_<table>`: the row that the ORM writes into each table."""
    rows = {}
    with env.cr.savepoint() as savepoint:
        partner = env["res.partner"].create({"name": "pattern", "customer_rank": 1})
        product = env["product.product"].create(
            {"name": "pattern", "list_price": 1.0, "standard_price": 1.0, "taxes_id": [Command.clear()]}
        )
        line = {"product_id": product.id, "product_uom_qty": 1, "price_unit": 1.0, "tax_ids": [Command.clear()]}
        order = env["sale.order"].create({"partner_id": partner.id, "order_line": [Command.create(line)]})
        order.action_confirm()
        env.flush_all()
        for table, record in zip(
            TABLES, (partner, product.product_tmpl_id, product, order, order.order_line), strict=True
        ):
            env.cr.execute(SQL("SELECT to_jsonb(t)::text FROM %s t WHERE id = %s", SQL.identifier(table), record.id))
            rows[table] = env.cr.fetchone()[0]
        savepoint.rollback()
    for table, row in rows.items():
        env.cr.execute(
            SQL(
                """
                DROP TABLE IF EXISTS %(pattern)s;
                CREATE TEMPORARY TABLE %(pattern)s ON COMMIT DROP AS
                SELECT * FROM jsonb_populate_record(NULL::%(table)s, %(row)s::jsonb)
                """,
                pattern=SQL.identifier(f"pattern_{table}"),
                table=SQL.identifier(table),
                row=row,
            )
        )


def _insert(env, table, source, values):
    """INSERT INTO table: every column from the pattern, except those in `values`; return the number of rows.

    :param source: a SELECT, known as `plan` in the expressions
    :param values: {column: SQL expression}
    """
    env.cr.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped", [table]
    )
    columns = [name for (name,) in env.cr.fetchall()]
    if unknown := set(values) - set(columns):
        raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
    env.cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s pattern CROSS JOIN (%s) plan",
            SQL.identifier(table),
            SQL(", ").join(map(SQL.identifier, columns)),
            SQL(", ").join(SQL(values[n]) if n in values else SQL.identifier("pattern", n) for n in columns),
            SQL.identifier(f"pattern_{table}"),
            source,
        )
    )
    return env.cr.rowcount


def _insert_products(env):
    """Products with prices around 20 and costs from 35 to 85 % of them."""
    env.cr.execute(
        """
        CREATE TEMP TABLE plan_product ON COMMIT DROP AS
        SELECT position, nextval('product_template_id_seq') AS template_id, nextval('product_product_id_seq') AS id,
               price, CASE WHEN position %% 33 = 0 THEN 0 ELSE round(price * share, 2) END AS cost
          FROM (SELECT position, round((2 + 18 * -ln(1 - random()))::numeric, 2) AS price,
                       (0.35 + 0.5 * random())::numeric AS share
                  FROM generate_series(1, %s) position) p
        """,
        [PRODUCTS],
    )
    moments = {"create_date": "now() - interval '6 years'", "write_date": "now() - interval '6 years'"}
    source = SQL("SELECT * FROM plan_product")
    _insert(
        env,
        "product_template",
        source,
        {
            "id": "plan.template_id",
            "list_price": "plan.price",
            "name": "jsonb_build_object('en_US', 'Product ' || position)",
            **moments,
        },
    )
    ids = {"id": "plan.id", "product_tmpl_id": "plan.template_id"}
    cost = "(SELECT jsonb_object_agg(company, plan.cost) FROM jsonb_object_keys(pattern.standard_price) company)"
    return _insert(env, "product_product", source, {**ids, "standard_price": cost, **moments})


def _insert_partners(env, customers):
    env.cr.execute("SELECT nextval('res_partner_id_seq')")
    [first] = env.cr.fetchone()
    env.cr.execute(
        "CREATE TEMP TABLE plan_partner ON COMMIT DROP AS SELECT n, %s + n AS id FROM generate_series(1, %s) n",
        [first, customers],
    )
    env.cr.execute("SELECT setval('res_partner_id_seq', (SELECT max(id) FROM plan_partner))")
    values = {
        "id": "plan.id",
        "commercial_partner_id": "plan.id",
        "name": "'Customer ' || plan.n",
        "complete_name": "'Customer ' || plan.n",
        "create_date": "now() - interval '5 years'",
        "write_date": "now() - interval '5 years'",
    }
    return _insert(env, "res_partner", SQL("SELECT * FROM plan_partner"), values)


def _plan(env, customers):
    """Temporary tables of the orders, in the order of their moments, and of their lines."""
    env.cr.execute("SELECT nextval('sale_order_id_seq'), nextval('sale_order_line_id_seq')")
    first_order, first_line = env.cr.fetchone()
    env.cr.execute(
        SQL(
            """
            CREATE TEMP TABLE plan_order ON COMMIT DROP AS
            WITH customer AS MATERIALIZED (
                SELECT id AS partner_id, now() AT TIME ZONE 'UTC' - random() * interval '1800 days' AS first,
                       15 - 130 * ln(1 - random()) AS every, 0.02 + 0.5 * random() ^ 2 AS lost
                  FROM plan_partner),
            purchase AS MATERIALIZED (
                SELECT partner_id, k, first + COALESCE(sum(gap) OVER (PARTITION BY partner_id ORDER BY k), 0) * interval '1 day' AS moment
                  FROM (SELECT partner_id, first, k, CASE WHEN k > 1 THEN -ln(1 - random()) * every ELSE 0 END AS gap
                          FROM customer, LATERAL generate_series(1, LEAST(300, 1 + floor(ln(1 - random()) / ln(1 - lost)))::int) k) g),
            chosen AS (
                SELECT partner_id, date_trunc('second', moment) AS moment FROM purchase
                 WHERE moment < now() AT TIME ZONE 'UTC' - interval '1 hour' ORDER BY k = 1 DESC, random() LIMIT %(orders)s)
            SELECT %(first)s + row_number() OVER (ORDER BY moment, partner_id) AS id, partner_id, moment FROM chosen;
            ALTER TABLE plan_order ADD PRIMARY KEY (id);

            CREATE TEMP TABLE plan_line ON COMMIT DROP AS
            SELECT %(first_line)s + row_number() OVER () AS id, l.order_id, l.partner_id, l.moment, l.discount, p.id AS product_id,
                   l.quantity, p.price, p.cost, round(l.quantity * p.price * (1 - l.discount / 100), 2) AS amount
              FROM (SELECT o.id AS order_id, o.partner_id, o.moment, 1 + floor(%(products)s * random() ^ 2)::int AS position,
                           (CASE WHEN random() < 0.04 THEN -1 ELSE 1 + floor(4 * random() ^ 3) END)::numeric AS quantity,
                           (CASE WHEN random() < 0.16 THEN 5 * (1 + floor(4 * random())) ELSE 0 END)::numeric AS discount
                      FROM plan_order o, LATERAL generate_series(0, (o.id %% 5)::int) k ORDER BY o.id) l
              JOIN plan_product p USING (position);
            ANALYZE plan_order, plan_line
            """,
            orders=customers * ORDERS_PER_CUSTOMER,
            products=PRODUCTS,
            first=first_order,
            first_line=first_line,
        )
    )
    env.cr.execute("SELECT setval('sale_order_id_seq', max(id)) FROM plan_order")
    env.cr.execute("SELECT setval('sale_order_line_id_seq', max(id)) FROM plan_line")


def _insert_orders(env):
    source = SQL("""
        SELECT o.*, l.* FROM plan_order o
          JOIN (SELECT order_id, sum(amount) AS amount, sum(amount - quantity * cost) AS margin FROM plan_line GROUP BY order_id) l
            ON l.order_id = o.id ORDER BY o.id
    """)
    values = {
        "id": "plan.id",
        "name": "'S' || lpad(plan.id::text, 8, '0')",
        "access_token": "NULL",
        "partner_id": "plan.partner_id",
        "partner_invoice_id": "plan.partner_id",
        "partner_shipping_id": "plan.partner_id",
        "date_order": "plan.moment",
        "validity_date": "plan.moment::date + 30",
        "amount_untaxed": "plan.amount",
        "amount_total": "plan.amount",
        "margin": "plan.margin",
        "margin_percent": "CASE WHEN plan.amount = 0 THEN 0 ELSE plan.margin / plan.amount END",
        "create_date": "plan.moment",
        "write_date": "plan.moment",
    }
    return _insert(env, "sale_order", source, values)


def _insert_lines(env):
    values = {
        "id": "plan.id",
        "order_id": "plan.order_id",
        "order_partner_id": "plan.partner_id",
        "product_id": "plan.product_id",
        "product_uom_qty": "plan.quantity",
        "qty_to_invoice": "plan.quantity",
        "price_unit": "plan.price",
        "technical_price_unit": "plan.price",
        "discount": "plan.discount",
        "purchase_price": "plan.cost",
        "price_subtotal": "plan.amount",
        "price_total": "plan.amount",
        "price_reduce_taxexcl": "round(plan.amount / plan.quantity, 2)",
        "price_reduce_taxinc": "round(plan.amount / plan.quantity, 2)",
        "untaxed_amount_to_invoice": "plan.amount",
        "margin": "plan.amount - plan.quantity * plan.cost",
        "margin_percent": "CASE WHEN plan.amount = 0 THEN 0 ELSE 1 - plan.quantity * plan.cost / plan.amount END",
        "create_date": "plan.moment",
        "write_date": "plan.moment",
    }
    return _insert(env, "sale_order_line", SQL("SELECT * FROM plan_line ORDER BY id"), values)
