from odoo import models
from odoo.tools import SQL

# So many wrong codes within so many minutes, then none is looked up any more.
LIMIT = 10
MINUTES = 10


class LoyaltyCodeEngine(models.AbstractModel):
    """Counts wrong codes; attempts at once count one by one."""

    _name = "loyalty.code.engine"
    _description = "Counter of Wrong Codes"

    def _count_attempt(self, keys):
        for key in sorted(keys):
            self.env.cr.execute(
                SQL(
                    """INSERT INTO loyalty_code_attempt AS a (key, started, count)
                       VALUES (%(key)s, now() AT TIME ZONE 'UTC', 1)
                       ON CONFLICT (key) DO UPDATE
                          SET count = CASE WHEN a.started > %(since)s THEN a.count + 1 ELSE 1 END,
                              started = CASE WHEN a.started > %(since)s THEN a.started ELSE excluded.started END""",
                    key=key,
                    since=SQL("(now() AT TIME ZONE 'UTC' - %s * interval '1 minute')", MINUTES),
                )
            )
