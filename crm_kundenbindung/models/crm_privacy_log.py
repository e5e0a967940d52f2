from odoo import fields, models


class CrmPrivacyLog(models.Model):
    """Who exported or anonymised what, and when; without a word about whom: the number of the contact alone."""

    _name = "crm.privacy.log"
    _description = "Log of Exports and Erasures"
    _order = "id desc"
    _rec_name = "action"

    action = fields.Selection([("export", "Exported"), ("anonymise", "Anonymised")], required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        "res.users", "Done By", readonly=True, ondelete="set null", default=lambda self: self.env.user
    )
    contact_number = fields.Integer("Number of the Contact", readonly=True, aggregator=None)
    record_count = fields.Integer("Records", readonly=True)
