"""What clients send over RPC, checked before anything is done with it."""

from odoo.exceptions import UserError


def as_id(env, value):
    """Return an id, or False where there is none.

    :raise UserError: on anything else
    """
    if value is None or value is False:
        return False
    if type(value) is not int or not 0 <= value < 2**31:
        raise UserError(env._("This is not the number of a record: %s", str(value)[:50]))
    return value


def as_dict(env, value):
    """Return a copy of a mapping of texts to values; {} where there is none.

    :raise UserError: on anything else
    """
    if value is None or value is False:
        return {}
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise UserError(env._("Named values are expected here, not %s", str(value)[:50]))
    return dict(value)
