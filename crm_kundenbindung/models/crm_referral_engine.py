from odoo import models
from odoo.tools import SQL

OPEN = ("named", "lead", "customer")


class CrmReferralEngine(models.AbstractModel):
    """The SQL of referrals: which of them to look at, circles, earlier purchases and the first order."""

    _name = "crm.referral.engine"
    _description = "Queries of Referrals"

    def _due(self):
        """Ids of the referrals of which something may have become since they were looked at, the oldest first."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r.id
                  FROM crm_referral r JOIN loyalty_program g ON g.id = r.program_id LEFT JOIN crm_lead l ON l.id = r.lead_id
                 WHERE r.state IN %(open)s
                   AND (r.partner_id IS NULL AND l.partner_id IS NOT NULL
                        OR r.customer_id = r.referrer_customer_id
                        OR g.referral_days > 0 AND r.accepted_by_id IS NULL AND r.named_on + g.referral_days * interval '1 day' < now() AT TIME ZONE 'UTC'
                        OR EXISTS (SELECT FROM sale_order o JOIN res_partner p ON p.id = o.partner_id
                                    WHERE p.commercial_partner_id = r.customer_id AND o.state = 'sale'))
                    OR r.state = 'customer'
                    OR r.state = 'rewarded'
                       AND NOT EXISTS (SELECT FROM sale_order o WHERE o.id = r.order_id AND o.state = 'sale' AND %(net)s > 0)
                 ORDER BY r.id
                """,
                open=OPEN,
                net=self._invoiced(SQL("o.id")),
            )
        )
        return [row[0] for row in rows]

    def _invoiced(self, order):
        """What posted invoices ask for the goods of an order, less what was credited; as an SQL expression."""
        return SQL(
            """
            COALESCE((SELECT sum(CASE WHEN m.move_type = 'out_refund' THEN -a.price_subtotal ELSE a.price_subtotal END)
                        FROM sale_order_line l
                        JOIN sale_order_line_invoice_rel i ON i.order_line_id = l.id
                        JOIN account_move_line a ON a.id = i.invoice_line_id
                        JOIN account_move m ON m.id = a.move_id AND m.state = 'posted' AND m.move_type IN ('out_invoice', 'out_refund')
                       WHERE l.order_id = %s AND l.display_type IS NULL AND l.reward_id IS NULL AND l.is_downpayment IS NOT TRUE), 0)
            """,
            order,
        )

    def _credited(self, order):
        """Whether anything of an order was credited; as an SQL condition."""
        return SQL(
            """
            EXISTS (SELECT FROM sale_order_line l
                      JOIN sale_order_line_invoice_rel i ON i.order_line_id = l.id
                      JOIN account_move_line a ON a.id = i.invoice_line_id
                      JOIN account_move m ON m.id = a.move_id AND m.state = 'posted' AND m.move_type = 'out_refund'
                     WHERE l.order_id = %s)
            """,
            order,
        )

    def _first_order(self, referral):
        """Return the new customer's first order that stands, and whether it is invoiced: (id, bool), or (False, False).

        An order that was cancelled or credited in full does not stand, nor one below the programme's minimum; one on
        the day of the referral counts, since the code is often told when ordering.
        """
        self.env.flush_all()
        company = referral.company_id
        lines = self.env["crm.value.lines"].with_company(company)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, net > 0 FROM (
                    SELECT o.id, o.date_order, %(net)s AS net, %(credited)s AS credited
                      FROM sale_order o JOIN res_partner p ON p.id = o.partner_id
                     WHERE p.commercial_partner_id = %(customer)s AND o.state = 'sale' AND o.company_id = ANY(%(companies)s)
                       AND %(day)s >= %(named)s
                       AND o.amount_untaxed > 0
                       AND o.amount_untaxed / COALESCE(NULLIF(o.currency_rate, 0), 1) >= %(minimum)s) d
                 WHERE net > 0 OR NOT credited
                 ORDER BY date_order, id LIMIT 1
                """,
                net=self._invoiced(SQL("o.id")),
                credited=self._credited(SQL("o.id")),
                customer=referral.customer_id.id,
                companies=lines._branches(company),
                day=lines._day(SQL("o.date_order"), company),
                named=lines._day(SQL("%s::timestamp", referral.named_on), company),
                minimum=referral.program_id.referral_minimum,
            )
        )
        return tuple(rows[0]) if rows else (False, False)

    def _bought_before(self, referral):
        """Whether the customer purchased anything before the day of the referral, by the definition of all purchases."""
        self.env.flush_all()
        company = referral.company_id
        lines = self.env["crm.value.lines"].with_company(company)
        rows = self.env.execute_query(
            SQL(
                "SELECT 1 FROM (%s) d WHERE d.gross > 0 AND d.day < %s LIMIT 1",
                lines._lines(company, lambda column: SQL("%s = %s", column, referral.customer_id.id)),
                lines._day(SQL("%s::timestamp", referral.named_on), company),
            )
        )
        return bool(rows)

    def _is_circle(self, referral):
        """Whether the referrer came, directly or by others, through the customer that is recommended now."""
        self.env.flush_all()
        return bool(
            self.env.execute_query(
                SQL(
                    """
                    WITH RECURSIVE before AS (
                        SELECT r.referrer_customer_id AS customer FROM crm_referral r
                         WHERE r.customer_id = %(referrer)s AND r.company_id = %(company)s AND r.state <> 'refused' AND r.id <> %(id)s
                         UNION
                        SELECT r.referrer_customer_id FROM crm_referral r JOIN before b ON r.customer_id = b.customer
                         WHERE r.company_id = %(company)s AND r.state <> 'refused' AND r.id <> %(id)s)
                    SELECT 1 FROM before WHERE customer = %(customer)s LIMIT 1
                    """,
                    referrer=referral.referrer_customer_id.id or 0,
                    customer=referral.customer_id.id,
                    company=referral.company_id.id,
                    id=referral.id,
                )
            )
        )
