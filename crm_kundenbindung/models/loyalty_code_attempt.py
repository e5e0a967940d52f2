import hashlib
import hmac
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.http import request

from .loyalty_code_engine import LIMIT, MINUTES


class LoyaltyCodeAttempt(models.Model):
    """How many wrong codes came from an address or a session of late. Neither can be read from the key."""

    _name = "loyalty.code.attempt"
    _description = "Wrong Codes"
    _log_access = False

    key = fields.Char(required=True)
    started = fields.Datetime(required=True)
    count = fields.Integer(required=True, default=0)

    _key_uniq = models.Constraint("UNIQUE(key)", "One row per address or session.")

    @api.model
    def _keys(self, internal=False):
        """Keys of whoever tries a code from outside: address and session.

        People of the company are counted at the desk only (`internal`), by login and session: all desks of a shop
        share its address.
        """
        if not request:
            return []
        user = request.env.user
        if user._is_internal():
            if not internal:
                return []
            source = ("user", user.id)
        else:
            source = ("address", request.httprequest.remote_addr)
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret", "").encode()
        sources = (source, ("session", request.session.sid))
        return [
            hmac.new(secret, f"{kind} {value}".encode(), hashlib.sha256).hexdigest() for kind, value in sources if value
        ]

    @api.model
    def _are_blocked(self, keys):
        since = fields.Datetime.now() - timedelta(minutes=MINUTES)
        domain = [("key", "in", keys), ("started", ">", since), ("count", ">=", LIMIT)]
        return bool(keys and self.sudo().search_count(domain, limit=1))

    @api.model
    def _count(self, keys, code=None):
        """Count a wrong code in a transaction of its own: the request's may be rolled back.

        The shop tries the code of a link again with every change of the cart: that is one wrong code, not ten.
        """
        if code and request:
            if request.session.get("loyalty_wrong_code") == code:
                return
            request.session["loyalty_wrong_code"] = code
        for _attempt in range(5):
            try:
                with self.env.registry.cursor() as cr:
                    self.with_env(self.env(cr=cr)).env["loyalty.code.engine"]._count_attempt(keys)
                return
            except SerializationFailure:
                continue

    @api.model
    def _message(self):
        """One message for every case, so that nobody learns which codes exist."""
        return self.env._("This code cannot be used. Please check it, and try again in a few minutes.")

    @api.autovacuum
    def _gc_attempts(self):
        self.sudo().search([("started", "<", fields.Datetime.now() - timedelta(days=1))]).unlink()
