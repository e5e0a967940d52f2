from datetime import datetime, time, timedelta
from math import ceil

from pytz import timezone, utc

from odoo import models
from odoo.tools import SQL, float_round

from ..movement import EPSILON
from .loyalty_ledger import EARN_SIDE, SPEND_SIDE

# Shares of amounts of money are not exact: a third of three stamps is one.
ROUNDING = 1e-4


class LoyaltyLedgerEngine(models.AbstractModel):
    """The SQL of the points ledger: locks, counters, sums, opening entries.

    Odoo's transactions see one snapshot. A lock on a row that somebody changed since raises a serialization failure,
    which Odoo answers by running the request again: so a lock here is also proof that the cache is current.
    """

    _name = "loyalty.ledger.engine"
    _description = "Points Ledger Engine"

    def _lock_cards(self, cards):
        """Lock the cards in one order for everybody, so that nobody waits in a circle."""
        if ids := sorted(id_ for id_ in cards._ids if id_):
            self.env.cr.execute(
                SQL("SELECT id FROM loyalty_card WHERE id IN %s ORDER BY id FOR NO KEY UPDATE", tuple(ids))
            )

    def _booked(self, records):
        """What the ledger holds of orders or receipts, credit notes included: {(record id, card id): row}."""
        if not records:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT origin_id, card_id,
                          COALESCE(sum(amount) FILTER (WHERE cause IN %(earn)s), 0) AS earned,
                          COALESCE(-sum(amount) FILTER (WHERE cause IN %(spend)s), 0) AS spent,
                          COALESCE(-sum(amount) FILTER (WHERE cause = 'clawed_back'), 0) AS clawed,
                          COALESCE(sum(amount) FILTER (WHERE cause = 'returned'), 0) AS returned,
                          max(id) FILTER (WHERE cause = 'earned') AS earned_id,
                          max(id) FILTER (WHERE cause = 'redeemed') AS redeemed_id
                     FROM loyalty_ledger
                    WHERE origin_model = %(model)s AND origin_id IN %(ids)s
                      AND cause IN %(causes)s
                    GROUP BY origin_id, card_id""",
                earn=EARN_SIDE,
                spend=SPEND_SIDE,
                causes=EARN_SIDE + SPEND_SIDE,
                model=records._name,
                ids=records._ids,
            )
        )
        return {(row["origin_id"], row["card_id"]): row for row in rows}

    def _kept_points(self, program, points, share):
        """What is left of an order's points when this share of it was kept.

        Whole-number programmes stay whole: a stamp is taken back once all of it was credited. Since each credit note
        books the difference to what was taken before, nothing is lost on the way.
        """
        if program._ledger_whole() and float(points).is_integer():
            return float(ceil(points * share - ROUNDING))
        return float_round(points * share, precision_digits=2)

    def _lines_to_reach(self, base, row, earned, spent):
        """Entries that lead from what is booked of a document (`row` of `_booked`) to what should be.

        :param base: values that every entry has
        :param earned: points it should have earned by now
        :param spent: points it should have spent by now
        """
        lines = []

        def add(amount, cause, reverses=False):
            if abs(amount) > EPSILON:
                lines.append({**base, "amount": amount, "cause": cause, "reverses_id": reverses or False})

        more = earned - row["earned"]
        restored = min(more, max(0.0, row["clawed"])) if more > 0 else more
        add(restored, "clawed_back", row.get("earned_id"))
        add(more - restored, "earned")
        less = row["spent"] - spent
        again = max(less, -max(0.0, row["returned"])) if less < 0 else less
        add(again, "returned", row.get("redeemed_id"))
        add(less - again, "redeemed")
        return lines

    def _deviations(self, card_ids=None):
        """Cards whose points or debt differ from their entries: rows (card id, points, Σ amount, debt, Σ debt)."""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """SELECT c.id, COALESCE(c.points, 0), COALESCE(l.amount, 0), COALESCE(c.ledger_debt, 0), COALESCE(l.debt, 0)
                     FROM loyalty_card c
                     LEFT JOIN (SELECT card_id, sum(amount) AS amount,
                                       sum(amount) FILTER (WHERE cause = 'debt') AS debt
                                  FROM loyalty_ledger %(only_entries)s GROUP BY card_id) l ON l.card_id = c.id
                    WHERE (abs(COALESCE(c.points, 0) - COALESCE(l.amount, 0)) > %(epsilon)s
                       OR abs(COALESCE(c.ledger_debt, 0) - COALESCE(l.debt, 0)) > %(epsilon)s) %(only_cards)s
                    ORDER BY c.id""",
                epsilon=EPSILON * 100,
                only_entries=SQL("WHERE card_id IN %s", tuple(card_ids)) if card_ids else SQL(),
                only_cards=SQL("AND c.id IN %s", tuple(card_ids)) if card_ids else SQL(),
            )
        )

    def _open_points(self, company, key_date):
        """Open points per programme at the end of the key date, in the company's time zone.

        Cards belong to the programme's company; those of a programme for all companies to the one that moved them.
        """
        self.env.flush_all()
        zone = timezone(company.partner_id.tz or "UTC")
        end = zone.localize(datetime.combine(key_date + timedelta(days=1), time())).astimezone(utc).replace(tzinfo=None)
        return self.env.execute_query_dict(
            SQL(
                """SELECT program_id, count(*) FILTER (WHERE open > %(epsilon)s) AS cards, sum(open) AS open_points,
                          sum(redeemed) AS redeemed_points, sum(expired) AS expired_points
                     FROM (SELECT l.program_id, l.card_id, sum(l.amount) AS open,
                                  -COALESCE(sum(l.amount) FILTER (WHERE l.cause IN %(spend)s), 0) AS redeemed,
                                  -COALESCE(sum(l.amount) FILTER (WHERE l.cause = 'expired'), 0) AS expired
                             FROM loyalty_ledger l
                            WHERE l.company_id = %(company)s AND l.moment < %(end)s AND l.program_id IS NOT NULL
                            GROUP BY l.program_id, l.card_id) x
                    GROUP BY program_id ORDER BY program_id""",
                epsilon=EPSILON,
                spend=SPEND_SIDE,
                company=company.id,
                end=end,
            )
        )

    def _open_existing_cards(self):
        """One opening entry per card that holds points; a negative balance becomes a debt."""
        self.env.flush_all()
        parameters = {
            "user": self.env.uid,
            "company": SQL("COALESCE(c.company_id, p.company_id)"),
            "without": SQL("NOT EXISTS (SELECT 1 FROM loyalty_ledger l WHERE l.card_id = c.id)"),
        }
        columns = SQL(
            """card_id, program_id, company_id, moment, amount, balance, cause, user_id,
               create_uid, create_date, write_uid, write_date"""
        )
        self.env.cr.execute(
            SQL(
                """INSERT INTO loyalty_ledger (%(columns)s)
                   SELECT c.id, c.program_id, %(company)s, now() AT TIME ZONE 'UTC', c.points, c.points, 'opening',
                          %(user)s, %(user)s, now() AT TIME ZONE 'UTC', %(user)s, now() AT TIME ZONE 'UTC'
                     FROM loyalty_card c LEFT JOIN loyalty_program p ON p.id = c.program_id
                    WHERE abs(c.points) > 0 AND %(without)s
                    ORDER BY c.id""",
                columns=columns,
                **parameters,
            )
        )
        self.env.cr.execute(
            SQL(
                """WITH debtor AS (
                       UPDATE loyalty_card SET ledger_debt = -points, points = 0
                        WHERE points < 0 RETURNING id, ledger_debt)
                   INSERT INTO loyalty_ledger (%(columns)s)
                   SELECT c.id, c.program_id, %(company)s, now() AT TIME ZONE 'UTC', d.ledger_debt, 0, 'debt',
                          %(user)s, %(user)s, now() AT TIME ZONE 'UTC', %(user)s, now() AT TIME ZONE 'UTC'
                     FROM debtor d
                     JOIN loyalty_card c ON c.id = d.id LEFT JOIN loyalty_program p ON p.id = c.program_id
                    ORDER BY c.id""",
                columns=columns,
                **parameters,
            )
        )
        self.env.invalidate_all()

    def _set_points(self, card, points):
        """Put the points of a card right without an entry: only the repair of a deviation does so."""
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE loyalty_card SET points = %s WHERE id = %s", points, card.id))
        card.invalidate_recordset(["points"])

    def _set_debt(self, card, debt):
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE loyalty_card SET ledger_debt = %s WHERE id = %s", debt, card.id))
        card.invalidate_recordset(["ledger_debt"])

    def _forget_reasons(self):
        """At uninstallation reasons are deleted before the entries that name them."""
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE loyalty_ledger SET reason_id = NULL WHERE reason_id IS NOT NULL"))
