from odoo import models
from odoo.tools import SQL, ormcache


class CrmValueLines(models.AbstractModel):
    """Builds what the lines of a document count for customer values, whatever kind of document it is.

    One row per document: customer, day, document, gross, discount, reward, returned amount, sold amount
    (net), sold amount with known cost, and cost; in the currency of the root company. Lines are summed
    before anything else is looked up: converting and dating half a million documents is cheap, doing so
    for their lines is not.
    """

    _name = "crm.value.lines"
    _description = "Lines of Customer Values"

    def _lines(self, company, customers, by_product=False):
        """Return one SELECT of all documents that count for these customers.

        :param by_product: one row per document and product, with its id as `product` and no amount but `gross`
        """
        if company.werthaltigkeit_basis == "invoice":
            sources = [self._invoice_lines]
        else:
            sources = [self._order_lines, self._order_credit_notes]
            if "pos.order" in self.env:
                sources.append(self._pos_lines)
        return SQL(" UNION ALL ").join(source(company, customers, by_product) for source in sources)

    def _per_document(self, kind, document, moment, rate, amounts, source, product=None):
        """Sum up the lines of each document.

        :param kind: 0 to 3, makes the number of the document its own among all kinds
        :param document: alias of the document's table in `source`; the customer's contact is `p`
        :param moment: what tells the day; as SQL on `document`, and how it becomes a day on `d.moment`
        :param rate: the document's rate to the company's currency
        :param amounts: {name: (SQL of a line, whether it is in the document's currency)}
        :param source: FROM and WHERE of the lines
        :param product: SQL of a line's product, to sum up what was bought of each product of a document
        """
        moment, day = moment
        if product:
            amounts = {"gross": amounts["gross"]}  # the planner leaves no sum of a UNION out by itself
        return SQL(
            """
            SELECT d.customer, %(day)s AS day, d.id::int8 * 4 + %(kind)s AS document, %(amounts)s %(product_column)s
              FROM (SELECT %(id)s AS id, p.commercial_partner_id AS customer, %(moment)s AS moment, %(rate)s AS rate, %(sums)s
                           %(product_as)s
                    %(source)s GROUP BY %(id)s, p.id %(product)s) d
            """,
            day=day,
            kind=kind,
            amounts=SQL(", ").join(
                SQL(
                    "%s AS %s",
                    self._converted(SQL.identifier("d", name), SQL("d.rate")) if foreign else SQL.identifier("d", name),
                    SQL.identifier(name),
                )
                for name, (_sql, foreign) in amounts.items()
            ),
            id=SQL.identifier(document, "id"),
            moment=moment,
            rate=rate,
            sums=SQL(", ").join(
                SQL("sum(%s) AS %s", sql, SQL.identifier(name)) for name, (sql, _foreign) in amounts.items()
            ),
            source=source,
            product=SQL(", %s", product) if product else SQL(),
            product_as=SQL(", %s AS product", product) if product else SQL(),
            product_column=SQL(", d.product") if product else SQL(),
        )

    def _split(self, amount, discount, quantity, price, reward):
        """Split a line's net amount into gross, discount, reward and returned amount.

        `amount` is net of the line discount; at a discount of 100 % gross comes from the price. A
        negative quantity is a return at what was paid, a negative price a discount, a reward line
        neither.
        """
        terms = {
            "reward": reward,
            "qty": quantity,
            "price": price,
            "amount": amount,
            "before": SQL(
                "CASE WHEN %(discount)s = 0 THEN %(amount)s WHEN %(discount)s < 100"
                " THEN %(amount)s / (1 - COALESCE(%(discount)s, 0) / 100) ELSE %(full)s END",
                discount=discount,
                amount=amount,
                full=SQL("%s * %s", price, quantity),
            ),
        }
        gross = SQL("CASE WHEN NOT %(reward)s AND %(qty)s >= 0 AND %(price)s >= 0 THEN %(before)s ELSE 0 END", **terms)
        off = SQL(
            "CASE WHEN %(reward)s THEN 0 WHEN %(price)s < 0 THEN -%(amount)s"
            " WHEN %(qty)s >= 0 THEN %(before)s - %(amount)s ELSE 0 END",
            **terms,
        )
        returned = SQL(
            "CASE WHEN NOT %(reward)s AND %(qty)s < 0 AND %(price)s >= 0 THEN -%(amount)s ELSE 0 END", **terms
        )
        return {
            "gross": (gross, True),
            "discount": (off, True),
            "reward": (SQL("CASE WHEN %s THEN -%s ELSE 0 END", reward, amount), True),
            "returned": (returned, True),
        }

    def _known(self, amount, quantity, price, reward, unit_cost, created, company):
        """Net amount of a sold line, and of one whose cost is known: not zero, and not stamped on it afterwards."""
        sold = SQL("NOT %s AND %s >= 0 AND %s >= 0", reward, quantity, price)
        known = SQL(
            "%s AND COALESCE(%s, 0) <> 0 AND %s >= %s",
            sold,
            unit_cost,
            created,
            company.werthaltigkeit_cost_known_since or "-infinity",
        )
        counted = lambda condition: (SQL("CASE WHEN %s THEN %s ELSE 0 END", condition, amount), True)  # noqa: E731
        return {"sold": counted(sold), "known": counted(known)}

    def _order_lines(self, company, customers, by_product=False):
        """Confirmed orders."""
        reward = self._present("sale.order.line", "reward_id")
        amount, quantity, price = SQL("l.price_subtotal"), SQL("l.product_uom_qty"), SQL("l.price_unit")
        return self._per_document(
            0,
            "o",
            (SQL("o.date_order"), self._day(SQL("d.moment"), company)),
            SQL("o.currency_rate"),
            {
                **self._split(amount, SQL("COALESCE(l.discount, 0)"), quantity, price, reward),
                **self._known(amount, quantity, price, reward, SQL("l.purchase_price"), SQL("l.create_date"), company),
                "cost": (SQL("l.purchase_price * l.product_uom_qty"), True),
            },
            SQL(
                """
                FROM sale_order o
                JOIN sale_order_line l ON l.order_id = o.id
                JOIN res_partner p ON p.id = o.partner_id
               WHERE o.state = 'sale' AND o.company_id = ANY(%(companies)s) AND l.display_type IS NULL
                 AND l.is_downpayment IS NOT TRUE AND %(no_money)s AND %(customers)s
                """,
                companies=self._branches(company),
                no_money=self._not_money("sale.order.line"),
                customers=customers(SQL("p.commercial_partner_id")) if customers else SQL("FALSE"),
            ),
            SQL("l.product_id") if by_product else None,
        )

    def _order_credit_notes(self, company, customers, by_product=False):
        """Posted credit notes as returns beside the orders; the same goods count once.

        Left out: lines of orders that are negative themselves, and what was credited only to be
        invoiced again (credited beyond what was invoiced more than ordered does count).
        """
        pos = (
            SQL("AND NOT EXISTS (SELECT FROM pos_order po WHERE po.account_move = m.id)")
            if "pos.order" in self.env
            else SQL()
        )
        nothing = (SQL("0"), False)
        return self._per_document(
            1,
            "m",
            (SQL("COALESCE(m.invoice_date, m.date)"), SQL("d.moment")),
            SQL("m.invoice_currency_rate"),
            {
                "gross": nothing,
                "discount": nothing,
                "reward": nothing,
                "returned": (SQL("a.price_subtotal * COALESCE(link.part, 1)"), True),
                "sold": nothing,
                "known": nothing,
                "cost": (SQL("-COALESCE(link.unit_cost, 0) * a.quantity * COALESCE(link.part, 1)"), False),
            },
            SQL(
                """
                FROM account_move m
                JOIN account_move_line a ON a.move_id = m.id AND a.display_type = 'product'
                JOIN res_partner p ON p.id = m.partner_id
                LEFT JOIN LATERAL (
                  SELECT avg(l.purchase_price / COALESCE(NULLIF(o.currency_rate, 0), 1)) AS unit_cost,
                         bool_or(l.product_uom_qty < 0) AS negative, bool_or(l.is_downpayment) AS downpayment,
                         min(GREATEST(0, q.credited - GREATEST(0, q.invoiced - l.product_uom_qty)) / NULLIF(q.credited, 0)) AS part
                    FROM sale_order_line_invoice_rel r
                    JOIN sale_order_line l ON l.id = r.order_line_id
                    JOIN sale_order o ON o.id = l.order_id
                    JOIN LATERAL (
                      SELECT sum(al.quantity) FILTER (WHERE am.move_type = 'out_refund') AS credited,
                             COALESCE(sum(al.quantity) FILTER (WHERE am.move_type = 'out_invoice'), 0) AS invoiced
                        FROM sale_order_line_invoice_rel ar
                        JOIN account_move_line al ON al.id = ar.invoice_line_id
                        JOIN account_move am ON am.id = al.move_id AND am.state = 'posted'
                       WHERE ar.order_line_id = l.id) q ON TRUE
                   WHERE r.invoice_line_id = a.id) link ON TRUE
               WHERE m.move_type = 'out_refund' AND m.state = 'posted' AND m.company_id = ANY(%(companies)s)
                 AND link.negative IS NOT TRUE AND link.downpayment IS NOT TRUE %(pos)s AND %(customers)s
                """,
                pos=pos,
                companies=self._branches(company),
                customers=customers(SQL("p.commercial_partner_id")) if customers else SQL("FALSE"),
            ),
            SQL("a.product_id") if by_product else None,
        )

    def _invoice_lines(self, company, customers, by_product=False):
        """Posted invoices, receipts and credit notes; cost and rewards come from their order line."""
        reward = SQL("COALESCE(link.reward, FALSE)")
        sign = SQL("(CASE WHEN m.move_type = 'out_refund' THEN -1 ELSE 1 END)")
        amount, price = SQL("(%s * a.price_subtotal)", sign), SQL("a.price_unit")
        quantity = SQL("(%s * a.quantity)", sign)
        return self._per_document(
            2,
            "m",
            (SQL("COALESCE(m.invoice_date, m.date)"), SQL("d.moment")),
            SQL("m.invoice_currency_rate"),
            {
                **self._split(amount, SQL("COALESCE(a.discount, 0)"), quantity, price, reward),
                **self._known(amount, quantity, price, reward, SQL("link.unit_cost"), SQL("link.created"), company),
                "cost": (SQL("COALESCE(link.unit_cost, 0) * %s", quantity), False),
            },
            SQL(
                """
                FROM account_move m
                JOIN account_move_line a ON a.move_id = m.id AND a.display_type = 'product'
                LEFT JOIN res_partner p ON p.id = m.partner_id
                LEFT JOIN LATERAL (
                  SELECT avg(l.purchase_price / COALESCE(NULLIF(o.currency_rate, 0), 1)) AS unit_cost,
                         bool_or(%(reward_column)s) AS reward, bool_or(l.is_downpayment) AS downpayment,
                         bool_or(NOT %(no_money)s) AS money, min(l.create_date) AS created
                    FROM sale_order_line_invoice_rel r
                    JOIN sale_order_line l ON l.id = r.order_line_id
                    JOIN sale_order o ON o.id = l.order_id
                   WHERE r.invoice_line_id = a.id) link ON TRUE
               WHERE m.move_type IN ('out_invoice', 'out_refund', 'out_receipt') AND m.state = 'posted'
                 AND m.company_id = ANY(%(companies)s) AND link.downpayment IS NOT TRUE AND link.money IS NOT TRUE AND %(customers)s
                """,
                reward_column=self._present("sale.order.line", "reward_id"),
                no_money=self._not_money("sale.order.line"),
                companies=self._branches(company),
                customers=customers(SQL("p.commercial_partner_id")) if customers else SQL("p.id IS NULL"),
            ),
            SQL("a.product_id") if by_product else None,
        )

    def _pos_lines(self, company, customers, by_product=False):
        """Paid POS orders, but lines that settle a sale order, which counts itself."""
        reward = self._present("pos.order.line", "reward_id")
        amount, quantity, price = SQL("l.price_subtotal"), SQL("l.qty"), SQL("l.price_unit")
        unit_cost = SQL("(CASE WHEN l.is_total_cost_computed THEN l.total_cost END)")
        return self._per_document(
            3,
            "o",
            (SQL("o.date_order"), self._day(SQL("d.moment"), company)),
            SQL("o.currency_rate"),
            {
                **self._split(amount, SQL("COALESCE(l.discount, 0)"), quantity, price, reward),
                **self._known(amount, quantity, price, reward, unit_cost, SQL("l.create_date"), company),
                "cost": (SQL("COALESCE(%s, 0)", unit_cost), False),
            },
            SQL(
                """
                FROM pos_order o
                JOIN pos_order_line l ON l.order_id = o.id
                LEFT JOIN res_partner p ON p.id = o.partner_id
               WHERE o.state IN ('paid', 'done') AND o.company_id = ANY(%(companies)s) AND NOT %(settled)s
                 AND %(no_money)s AND %(customers)s
                """,
                companies=self._branches(company),
                settled=self._present("pos.order.line", "sale_order_origin_id"),
                no_money=self._not_money("pos.order.line"),
                customers=customers(SQL("p.commercial_partner_id")) if customers else SQL("p.id IS NULL"),
            ),
            SQL("l.product_id") if by_product else None,
        )

    def _converted(self, amount, rate):
        """An amount of a document in the company's currency; dividing costs more than all the rest of a line."""
        return SQL(
            "(CASE WHEN %(rate)s = 1 THEN %(amount)s ELSE %(amount)s / COALESCE(NULLIF(%(rate)s, 0), 1) END)",
            rate=rate,
            amount=amount,
        )

    def _day(self, moment, company):
        """The day of a moment in the company's time zone."""
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", moment, company._werthaltigkeit_tz())

    def _present(self, model, name):
        """Whether a field that another app brings is filled on line `l`; false without that app."""
        return SQL("(%s IS NOT NULL)", SQL.identifier("l", name)) if name in self.env[model]._fields else SQL("FALSE")

    def _not_money(self, model):
        """Condition: the line neither sells nor spends a gift card or an eWallet, which are means of payment."""
        if "reward_id" not in self.env[model]._fields:
            return SQL("TRUE")
        programs = self.env["loyalty.program"].sudo().with_context(active_test=False)
        money = programs.search([("program_type", "in", ("gift_card", "ewallet"))])
        return SQL(
            "(l.reward_id IS NULL OR l.reward_id <> ALL(%s)) AND (l.reward_id IS NOT NULL OR l.product_id <> ALL(%s))",
            money.reward_ids.ids,
            money.rule_ids.product_ids.ids,
        )

    def _branches(self, company):
        """Ids of a root company and its branches."""
        return list(self._branch_ids(company.id))

    @ormcache("company_id")
    def _branch_ids(self, company_id):
        """The same, remembered: Odoo forgets it whenever a company comes or goes."""
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        return tuple(companies.search([("id", "child_of", company_id)]).ids)
