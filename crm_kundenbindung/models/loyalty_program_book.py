from contextlib import contextmanager

from odoo import api, models
from odoo.exceptions import UserError

KEY = "loyalty_books_kept"
# An object, not a value: a client cannot send it.
KEPT = object()
BOOK_FIELDS = {"card_kind", "card_keep", "reward_ids"}


class LoyaltyProgram(models.Model):
    """Books that customers have begun keep their size.

    Where rewards along the way keep the stamps, what a customer may still have follows from all stamps since the first
    book: with another size of the book every count would be another one. Rewards along the way may be changed, added
    and taken out; where each reward costs its stamps, the size is what the rewards ask for, and may change any day.
    """

    _inherit = "loyalty.program"

    def write(self, vals):
        if not BOOK_FIELDS & vals.keys():
            return super().write(vals)
        with self._keep_books():
            # Rewards are replaced one after the other: what counts is what is there in the end.
            return super(LoyaltyProgram, self.with_context(**{KEY: KEPT})).write(vals)

    @api.private
    @contextmanager
    def _keep_books(self):
        """Refuse what is done meanwhile, if books that customers have begun became longer or shorter by it."""
        if self.env.context.get(KEY) is KEPT:
            yield
            return
        before = {program: program._book() for program in self.sudo().exists() if program.active}
        yield
        for program, (keeps, size) in before.items():
            if not program.exists() or not program.active or program._book() == (keeps, size):
                continue
            if (keeps or program._book()[0]) and program._is_begun():
                raise UserError(
                    self.env._(
                        "Customers have begun books of %(size)s in “%(program)s”: how many stamps a book has, and whether rewards along the "
                        "way keep them, stays as it is. Please duplicate the program and change the copy; who has begun a book may fill it "
                        "up here.",
                        program=program.name,
                        size=size,
                    )
                )

    def _book(self):
        """Whether rewards along the way keep the stamps, and how many a book has."""
        self.ensure_one()
        return self.card_kind == "stamps" and self.card_keep, self.card_size

    def _is_begun(self):
        return bool(self.env["loyalty.ledger"].sudo().search_count([("program_id", "=", self.id)], limit=1))
