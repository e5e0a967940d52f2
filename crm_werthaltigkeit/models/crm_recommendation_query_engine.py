from odoo import models
from odoo.tools import SQL


class CrmRecommendationQuery(models.AbstractModel):
    """Builds the SQL of the recommendations, by the definition of a purchase of the customer values."""

    _name = "crm.recommendation.query"
    _description = "Queries of Product Recommendations"

    def _pairs(self, company):
        """Select distinct (customer, template) of all purchases of a root company and its branches.

        Left out: returns, rewards, down payments, means of payment, our own people, and everybody who
        objected to profiling.
        """
        parts = [self._order_lines(company)]
        if company.werthaltigkeit_basis == "invoice":
            parts.append(self._invoice_lines(company))
        if "pos.order" in self.env:
            parts.append(self._pos_lines(company))
        return SQL(
            """
            SELECT DISTINCT customer, item FROM (%(parts)s) bought
             WHERE customer NOT IN (%(objectors)s)
               AND NOT EXISTS (SELECT FROM res_users u WHERE u.partner_id = customer AND NOT u.share)
            """,
            parts=SQL(" UNION ALL ").join(parts),
            objectors=self.env["crm.value.query"]._objectors(),
        )

    def _order_lines(self, company):
        lines = self.env["crm.value.query"]
        return SQL(
            """
            SELECT p.commercial_partner_id AS customer, v.product_tmpl_id AS item
              FROM sale_order o
              JOIN sale_order_line l ON l.order_id = o.id
              JOIN product_product v ON v.id = l.product_id
              JOIN res_partner p ON p.id = o.partner_id
             WHERE o.state = 'sale' AND o.company_id = ANY(%(companies)s) AND l.display_type IS NULL
               AND l.is_downpayment IS NOT TRUE AND l.product_uom_qty > 0 AND l.price_unit >= 0
               AND NOT %(reward)s AND %(no_money)s
            """,
            companies=lines._branches(company),
            reward=lines._present("sale.order.line", "reward_id"),
            no_money=lines._not_money("sale.order.line"),
        )

    def _invoice_lines(self, company):
        """Lines of posted invoices that no order stands behind."""
        return SQL(
            """
            SELECT p.commercial_partner_id, v.product_tmpl_id
              FROM account_move m
              JOIN account_move_line l ON l.move_id = m.id AND l.display_type = 'product'
              JOIN product_product v ON v.id = l.product_id
              JOIN res_partner p ON p.id = m.partner_id
             WHERE m.move_type IN ('out_invoice', 'out_receipt') AND m.state = 'posted' AND m.company_id = ANY(%s)
               AND l.quantity > 0 AND l.price_unit >= 0
               AND NOT EXISTS (SELECT FROM sale_order_line_invoice_rel r WHERE r.invoice_line_id = l.id)
            """,
            self.env["crm.value.query"]._branches(company),
        )

    def _pos_lines(self, company):
        lines = self.env["crm.value.query"]
        return SQL(
            """
            SELECT p.commercial_partner_id, v.product_tmpl_id
              FROM pos_order o
              JOIN pos_order_line l ON l.order_id = o.id
              JOIN product_product v ON v.id = l.product_id
              JOIN res_partner p ON p.id = o.partner_id
             WHERE o.state IN ('paid', 'done') AND o.company_id = ANY(%(companies)s) AND l.qty > 0 AND l.price_unit >= 0
               AND NOT %(reward)s AND %(no_money)s
            """,
            companies=lines._branches(company),
            reward=lines._present("pos.order.line", "reward_id"),
            no_money=lines._not_money("pos.order.line"),
        )

    def _representatives(self, company):
        """Select per template the variant most ordered, active ones first; ascending by template."""
        return SQL(
            """
            SELECT DISTINCT ON (v.product_tmpl_id) v.product_tmpl_id AS item, v.id AS product, (v.active IS TRUE)::int AS active
              FROM product_product v
         LEFT JOIN (SELECT l.product_id, count(*) AS orders FROM sale_order_line l
                     WHERE l.state = 'sale' AND l.company_id = ANY(%s) GROUP BY l.product_id) o ON o.product_id = v.id
             ORDER BY v.product_tmpl_id, v.active IS TRUE DESC, o.orders DESC NULLS LAST, v.id
            """,
            self.env["crm.value.query"]._branches(company),
        )

    # -- writing ------------------------------------------------------------------------------------

    def _write_affinity(self, company):
        """Bring the rows of a company in line with the temporary table `crm_affinity_new`."""
        return [
            self._upsert(
                "crm_product_affinity",
                company,
                "product_tmpl_id",
                ("product_id", "other_id"),
                "crm_affinity_new",
                ("product", "other"),
            ),
            SQL(
                """
                DELETE FROM crm_product_affinity a WHERE a.company_id = %s
                   AND NOT EXISTS (SELECT FROM crm_affinity_new n WHERE n.id = a.product_tmpl_id AND n.rank = a.rank)
                """,
                company.id,
            ),
        ]

    def _write_customers(self, company, lower, upper):
        """Bring the rows of customers lower < id ≤ upper in line with `crm_recommendation_new`."""
        return [
            SQL(
                "DELETE FROM crm_recommendation_new n WHERE NOT EXISTS (SELECT FROM res_partner p WHERE p.id = n.id AND p.active)"
            ),
            self._upsert(
                "crm_product_recommendation",
                company,
                "partner_id",
                ("product_id", "because_product_id"),
                "crm_recommendation_new",
                ("product", "because"),
            ),
            SQL(
                """
                DELETE FROM crm_product_recommendation r
                 WHERE r.company_id = %s AND r.partner_id > %s AND r.partner_id <= %s
                   AND NOT EXISTS (SELECT FROM crm_recommendation_new n WHERE n.id = r.partner_id AND n.rank = r.rank)
                """,
                company.id,
                lower,
                upper,
            ),
        ]

    def _upsert(self, table, company, key, columns, source, values):
        """Insert or change what differs; rows are known by company, key and rank."""
        names = [*columns, "score", "lift", "support"]
        return SQL(
            """
            INSERT INTO %(table)s AS t (company_id, %(key)s, rank, %(names)s, computed_on,
                                        create_uid, create_date, write_uid, write_date)
            SELECT %(company)s, n.id, n.rank::int, %(products)s, n.score, n.lift, n.support::int, now() AT TIME ZONE 'UTC',
                   %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM %(source)s n
       ON CONFLICT (company_id, %(key)s, rank)
     DO UPDATE SET (%(names)s, computed_on, write_uid, write_date)
                 = (%(excluded)s, excluded.computed_on, excluded.write_uid, excluded.write_date)
             WHERE (%(current)s) IS DISTINCT FROM (%(excluded)s)
            """,
            table=SQL.identifier(table),
            key=SQL.identifier(key),
            names=SQL(", ").join(map(SQL.identifier, names)),
            company=company.id,
            products=SQL(", ").join(SQL("%s::int", SQL.identifier("n", value)) for value in values),
            uid=self.env.uid,
            source=SQL.identifier(source),
            excluded=SQL(", ").join(SQL.identifier("excluded", name) for name in names),
            current=SQL(", ").join(SQL.identifier("t", name) for name in names),
        )
