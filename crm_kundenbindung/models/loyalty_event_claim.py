from odoo import fields, models


class LoyaltyEventClaim(models.Model):
    """The key of an outside event that brought points, so that its second delivery brings none."""

    _name = "loyalty.event.claim"
    _description = "Event that Brought Points"
    _log_access = False

    key = fields.Char(required=True)

    _key_uniq = models.Constraint("UNIQUE(key)", "An event brings points once.")
