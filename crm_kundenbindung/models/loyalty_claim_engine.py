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
        for program_id, partner_id in sorted(set(pairs)):
            self.env.cr.execute(
                SQL(
                    """INSERT INTO loyalty_card_holder AS h (program_id, partner_id, claims) VALUES (%s, %s, 1)
                       ON CONFLICT (program_id, partner_id) DO UPDATE SET claims = h.claims + 1""",
                    program_id,
                    partner_id,
                )
            )

    def _claim_usage(self, program, order, limit):
        """Count the order as a use of the programme; return whether the limit of uses still allowed it.

        `limit` is the number of uses by orders, or None for orders that are counted in any case.
        """
        self._open_usage(program, order)
        self.env.cr.execute(
            SQL(
                """INSERT INTO loyalty_usage_claim (program_id, order_id) VALUES (%s, %s)
                   ON CONFLICT (program_id, order_id) DO NOTHING RETURNING id""",
                program.id,
                order.id,
            )
        )
        if not self.env.cr.fetchone():
            return True
        self.env.cr.execute(
            SQL(
                "UPDATE loyalty_program_usage SET used = used + 1 WHERE program_id = %s AND %s RETURNING used",
                program.id,
                SQL("used < %s", limit) if limit is not None else SQL("TRUE"),
            )
        )
        return bool(self.env.cr.fetchone())

    def _open_usage(self, program, order):
        """Start the counter of a programme with the orders that were confirmed before."""
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
                       INSERT INTO loyalty_usage_claim (program_id, order_id)
                       SELECT r.program_id, l.order_id
                         FROM sale_order_line l
                         JOIN loyalty_reward r ON r.id = l.reward_id
                         JOIN sale_order o ON o.id = l.order_id
                        WHERE r.program_id = %(program)s AND o.state = 'sale' AND o.id != %(order)s
                        GROUP BY r.program_id, l.order_id
                       ON CONFLICT DO NOTHING RETURNING id)
                   UPDATE loyalty_program_usage
                      SET used = (SELECT count(*) FROM claimed) WHERE program_id = %(program)s""",
                program=program.id,
                order=order.id,
            )
        )

    def _release_usages(self, orders):
        """Give back the uses of cancelled orders."""
        if orders:
            self.env.cr.execute(
                SQL(
                    """WITH released AS (DELETE FROM loyalty_usage_claim WHERE order_id IN %s RETURNING program_id)
                       UPDATE loyalty_program_usage u SET used = u.used - r.uses
                         FROM (SELECT program_id, count(*) AS uses FROM released GROUP BY program_id) r
                        WHERE u.program_id = r.program_id""",
                    orders._ids,
                )
            )

    def _claim_event(self, key):
        """Return whether the event of this key is new; simultaneous deliveries are told apart by the database."""
        self.env.cr.execute(
            SQL("INSERT INTO loyalty_event_claim (key) VALUES (%s) ON CONFLICT (key) DO NOTHING RETURNING id", key)
        )
        return bool(self.env.cr.fetchone())
