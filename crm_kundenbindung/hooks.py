"""Installation gives every card its opening entry, in a handful of statements however many cards there are."""


def post_init_hook(env):
    """From the first moment on, the balance of every card is the sum of its entries."""
    env["loyalty.ledger.engine"]._open_existing_cards()
