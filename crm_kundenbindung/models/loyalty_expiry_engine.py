from odoo import models
from odoo.tools import SQL

from ..movement import EPSILON


class LoyaltyExpiryEngine(models.AbstractModel):
    """Which points have expired, and which soon will."""

    _name = "loyalty.expiry.engine"
    _description = "Expiry of Points"

    def _due(self, day, card_ids=None):
        """Points that have expired by `day` and are not booked as such: rows (card id, points).

        Per card: expired = max(0, earned and due − consumed) − already expired. What was taken back counts against
        what it takes back; points given back are consumed no more, so they keep the expiry they had.
        """
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """WITH lot AS (
                       SELECT l.card_id, l.amount + COALESCE(r.amount, 0) AS net
                         FROM loyalty_ledger l
                         LEFT JOIN (SELECT reverses_id, sum(amount) AS amount FROM loyalty_ledger
                                     WHERE cause = 'clawed_back' AND reverses_id IS NOT NULL
                                     GROUP BY reverses_id) r ON r.reverses_id = l.id
                        WHERE l.expires_on <= %(day)s %(of_cards)s),
                   due AS (SELECT card_id, sum(net) AS points FROM lot GROUP BY card_id),
                   other AS (
                       SELECT l.card_id,
                              -COALESCE(sum(l.amount) FILTER (
                                  WHERE l.cause IN ('returned', 'debt')
                                     OR (l.amount < 0 AND l.cause != 'expired'
                                         AND NOT (l.cause = 'clawed_back' AND l.reverses_id IS NOT NULL))), 0) AS consumed,
                              -COALESCE(sum(l.amount) FILTER (WHERE l.cause = 'expired'), 0) AS expired
                         FROM loyalty_ledger l JOIN due ON due.card_id = l.card_id
                        GROUP BY l.card_id)
                   SELECT c.id, LEAST(c.points, GREATEST(0, due.points - GREATEST(0, other.consumed)) - other.expired)
                     FROM due JOIN other ON other.card_id = due.card_id JOIN loyalty_card c ON c.id = due.card_id
                    WHERE LEAST(c.points, GREATEST(0, due.points - GREATEST(0, other.consumed)) - other.expired) > %(epsilon)s
                    ORDER BY c.id""",
                day=day,
                epsilon=EPSILON,
                of_cards=SQL("AND l.card_id IN %s", tuple(card_ids)) if card_ids else SQL(),
            )
        )

    def _to_remind(self, day, card_ids=None):
        """Cards with points that expire soon and whose holder was not told: rows (card id, last day of expiry).

        The programme says how many days before; several expiries within these days make one mail.
        """
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """SELECT c.id, max(l.expires_on)
                     FROM loyalty_ledger l
                     JOIN loyalty_program p ON p.id = l.program_id
                     JOIN loyalty_card c ON c.id = l.card_id
                    WHERE c.active AND c.points > 0 AND c.partner_id IS NOT NULL AND p.ledger_reminder_days > 0
                      AND l.expires_on > %(day)s AND l.expires_on <= %(day)s + p.ledger_reminder_days
                      AND l.expires_on > COALESCE(c.ledger_reminded_on, '-infinity') %(of_cards)s
                    GROUP BY c.id ORDER BY c.id""",
                day=SQL("%s::date", day),
                of_cards=SQL("AND c.id IN %s", tuple(card_ids)) if card_ids else SQL(),
            )
        )
