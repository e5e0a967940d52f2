from odoo import models
from odoo.tools import SQL


class LoyaltyClaimEngine(models.AbstractModel):
    """Counters that simultaneous transactions cannot both pass: first cards, limited programmes, outside events."""

    _name = "loyalty.claim.engine"
    _description = "Claims on Cards and Programs"

    def _claim_holders(self, pairs):
        """Let only one transaction at a time give a customer a card of a programme.

        The row is counted up rather than inserted: whoever comes second fails to serialize, is run again by Odoo and
        then finds the card of the first. `pairs` are (program id, partner id).
        """
        rows = [SQL("(%s, %s, 1)", *pair) for pair in sorted(set(pairs))]
        self.env.cr.execute(
            SQL(
                """INSERT INTO loyalty_card_holder AS h (program_id, partner_id, claims) VALUES %s
                   ON CONFLICT (program_id, partner_id) DO UPDATE SET claims = h.claims + 1""",
                SQL(", ").join(rows),
            )
        )

    def _claim_usage(self, program, document, limit):
        """Count an order or a receipt as a use of the programme; return whether the limit of uses still allowed it.

        `limit` is the number of uses, or None for documents that are counted in any case.
        """
        self._open_usage(program, document)
        self.env.cr.execute(
            SQL(
                """INSERT INTO loyalty_usage_claim (program_id, res_model, res_id) VALUES (%s, %s, %s)
                   ON CONFLICT (program_id, res_model, res_id) DO NOTHING RETURNING id""",
                program.id,
                document._name,
                document.id,
            )
        )
        claim = self.env.cr.fetchone()
        if not claim:
            return True
        self.env.cr.execute(
            SQL(
                "UPDATE loyalty_program_usage SET used = used + 1 WHERE program_id = %s AND %s RETURNING used",
                program.id,
                SQL("used < %s", limit) if limit is not None else SQL("TRUE"),
            )
        )
        if self.env.cr.fetchone():
            return True
        self.env.cr.execute(SQL("DELETE FROM loyalty_usage_claim WHERE id = %s", claim[0]))
        return False

    def _open_usage(self, program, document):
        """Start the counter of a programme with the orders and receipts that used it before."""
        self.env.cr.execute(
            SQL(
                """INSERT INTO loyalty_program_usage (program_id, used) VALUES (%s, 0)
                   ON CONFLICT (program_id) DO NOTHING RETURNING id""",
                program.id,
            )
        )
        if not self.env.cr.fetchone():
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """WITH claimed AS (
                       INSERT INTO loyalty_usage_claim (program_id, res_model, res_id)
                       SELECT %(program)s, used.model, used.id FROM (%(used)s) used
                        WHERE NOT (used.model = %(model)s AND used.id = %(id)s)
                       ON CONFLICT DO NOTHING RETURNING id)
                   UPDATE loyalty_program_usage
                      SET used = (SELECT count(*) FROM claimed) WHERE program_id = %(program)s""",
                program=program.id,
                used=self._select_uses(program),
                model=document._name,
                id=document.id,
            )
        )

    def _select_uses(self, program):
        """Orders, and receipts where the point of sale is installed, with a reward of the programme."""
        sources = [("sale.order", "sale_order", "sale_order_line", ("sale",))]
        if "reward_id" in getattr(self.env.get("pos.order.line"), "_fields", ()):
            sources.append(("pos.order", "pos_order", "pos_order_line", ("paid", "done")))
        return SQL(" UNION ALL ").join(
            SQL(
                """SELECT DISTINCT %(model)s AS model, o.id
                     FROM %(lines)s l JOIN %(orders)s o ON o.id = l.order_id JOIN loyalty_reward r ON r.id = l.reward_id
                    WHERE r.program_id = %(program)s AND o.state IN %(states)s""",
                model=model,
                lines=SQL.identifier(lines),
                orders=SQL.identifier(orders),
                program=program.id,
                states=states,
            )
            for model, orders, lines, states in sources
        )

    def _release_usages(self, orders):
        """Give back the uses of cancelled orders."""
        if orders:
            self.env.cr.execute(
                SQL(
                    """WITH released AS (
                           DELETE FROM loyalty_usage_claim WHERE res_model = %s AND res_id IN %s RETURNING program_id)
                       UPDATE loyalty_program_usage u SET used = u.used - r.uses
                         FROM (SELECT program_id, count(*) AS uses FROM released GROUP BY program_id) r
                        WHERE u.program_id = r.program_id""",
                    orders._name,
                    orders._ids,
                )
            )

    def _claim_event(self, key):
        """Return whether the event of this key is new; simultaneous deliveries are told apart by the database."""
        self.env.cr.execute(
            SQL("INSERT INTO loyalty_event_claim (key) VALUES (%s) ON CONFLICT (key) DO NOTHING RETURNING id", key)
        )
        return bool(self.env.cr.fetchone())
