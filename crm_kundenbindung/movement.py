"""The mark by which a write of points is trusted, and what the ledger is to note about it.

A context key can be sent over RPC, an object cannot: whatever a client sends is a plain string, number, list or dict.
The mark is a string all the same, so that an action that hands its context to the web client can still be serialised;
what comes back from there is a plain string and trusted no more.
"""

KEY = "loyalty_movement"
EPSILON = 1e-6


class Movement(str):
    """Why points are about to move: `cause`, the document, and per card the entries in which they move."""

    __slots__ = ("cause", "document", "lines", "mode", "reason_id")

    def __new__(cls, mode, *, cause=None, document=None, reason_id=False, lines=None):
        """`lines` maps a card's id to values of entries; without them the difference is one entry of this cause."""
        self = super().__new__(cls, mode)
        self.mode = mode
        self.cause = cause
        self.document = document
        self.reason_id = reason_id
        self.lines = lines if lines is not None else {}
        return self

    # Two environments are the same when their contexts are equal: no forged string may equal a mark.
    def __eq__(self, other):
        return self is other

    def __ne__(self, other):
        return self is not other

    __hash__ = object.__hash__

    def lines_of(self, card, difference):
        """The entries for a card whose points change by `difference`, each a dict of values with its amount."""
        lines = self.lines.pop(card.id, None)
        if lines is not None and abs(sum(line["amount"] for line in lines) - difference) < EPSILON:
            return lines
        if abs(difference) <= EPSILON:
            return []
        comes = "earned" if self.mode == "pos" else "returned"
        cause = self.cause or (comes if difference > 0 else "redeemed")
        line = {"amount": difference, "cause": cause}
        if cause == "earned":
            line["expires_on"] = card.program_id._ledger_expires_on()
        return [line]


def current(env):
    """The trusted movement that is under way, or None."""
    movement = env.context.get(KEY)
    return movement if isinstance(movement, Movement) else None
