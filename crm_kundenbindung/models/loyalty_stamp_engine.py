from math import floor

from odoo import models
from odoo.tools import SQL

from ..movement import EPSILON
from .loyalty_ledger import SPEND_SIDE


class LoyaltyStampEngine(models.AbstractModel):
    """What was stamped on cards and given for it, over all books: the base of “each reward once per book”."""

    _name = "loyalty.stamp.engine"
    _description = "Stamps and Rewards Given"

    def _books(self, cards):
        """Stamps and rewards of these cards, those of cards merged into them included.

        A debt is no stamp, and what a reward cost was one: so the sum grows with every stamp and falls only when one
        is taken back.

        :return: {card id: dict of stamps (ever given, net of those taken back), taken {reward id: times} and before
            {reward id: stamps that were there when the reward came to the programme}}
        """
        books = {card_id: {"stamps": 0.0, "taken": {}, "before": {}} for card_id in cards.ids}
        if not books:
            return books
        self.env.flush_all()
        family = SQL(
            """SELECT id AS member, COALESCE(kundenbindung_merged_into_id, id) AS card FROM loyalty_card
                WHERE id IN %(ids)s OR kundenbindung_merged_into_id IN %(ids)s""",
            ids=tuple(books),
        )
        for card_id, stamps in self.env.execute_query(
            SQL(
                """SELECT f.card, sum(l.amount) FROM (%s) f JOIN loyalty_ledger l ON l.card_id = f.member
                    WHERE l.cause NOT IN %s GROUP BY f.card""",
                family,
                (*SPEND_SIDE, "debt"),
            )
        ):
            books[card_id]["stamps"] = stamps
        for card_id, reward_id, stamps in self.env.execute_query(
            SQL(
                """SELECT f.card, r.id, sum(l.amount)
                     FROM (%s) f JOIN loyalty_card c ON c.id = f.card JOIN loyalty_reward r ON r.program_id = c.program_id
                     JOIN loyalty_ledger l ON l.card_id = f.member AND l.create_date < r.create_date
                    WHERE l.cause NOT IN %s GROUP BY f.card, r.id""",
                family,
                (*SPEND_SIDE, "debt"),
            )
        ):
            books[card_id]["before"][reward_id] = stamps
        for card_id, reward_id, times in self.env.execute_query(
            SQL(
                """SELECT f.card, g.reward_id, count(*)
                     FROM (%(family)s) f
                     JOIN (SELECT DISTINCT l.coupon_id AS card_id, l.reward_id, l.order_id, l.reward_identifier_code
                             FROM sale_order_line l JOIN sale_order o ON o.id = l.order_id AND o.state = 'sale'
                            WHERE l.reward_id IS NOT NULL
                              AND l.coupon_id IN (SELECT member FROM (%(family)s) f)
                           UNION ALL
                           SELECT card_id, reward_id, NULL, NULL FROM loyalty_reward_given WHERE state = 'given'
                              AND card_id IN (SELECT member FROM (%(family)s) f)) g ON g.card_id = f.member
                    GROUP BY f.card, g.reward_id""",
                family=family,
            )
        ):
            books[card_id]["taken"][reward_id] = times
        return books

    def _reached(self, reward, size, book, stamps=None):
        """How often a reward along the way was reached on a card: once per book in which its field was stamped.

        A reward that came to the programme later counts from then on: nobody is given it for books of the past.

        :param size: stamps in a book
        :param book: row of `_books`
        :param stamps: stamps on the card, where they are more than the ledger knows yet
        """
        stamps = book["stamps"] if stamps is None else stamps

        def fields_stamped(count):
            return max(0, floor((count - reward.required_points) / size + EPSILON) + 1)

        return max(0, fields_stamped(stamps) - fields_stamped(book["before"].get(reward.id, 0.0)))

    def _touch(self, cards):
        """Make whoever changes one of these cards at the same time fail and try again.

        A reward that costs no stamps writes nothing on its card: two transactions could both give it.
        """
        if cards:
            cards.flush_recordset(["points"])
            self.env.cr.execute(SQL("UPDATE loyalty_card SET points = points WHERE id IN %s", cards._ids))

    def _merge_cards(self, gone, final):
        """Note into which card these were merged, so that no reward is given twice from one book."""
        if not gone:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE loyalty_card SET kundenbindung_merged_into_id = %s
                    WHERE id IN %s OR kundenbindung_merged_into_id IN %s""",
                final.id,
                gone._ids,
                gone._ids,
            )
        )
        self.env.cr.execute(SQL("UPDATE loyalty_event SET card_id = %s WHERE card_id IN %s", final.id, gone._ids))
        self.env["loyalty.event"].invalidate_model(["card_id"])
        (gone | final).invalidate_model(["kundenbindung_merged_into_id"])
