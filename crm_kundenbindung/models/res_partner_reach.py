from odoo import fields, models
from odoo.fields import Domain

USER_GROUP = "crm_kundenbindung.group_kundenbindung_user"
FREQUENCIES = [
    ("month", "At most once a month"),
    ("quarter", "At most every three months"),
    ("year", "At most once a year"),
    ("never", "No advertising at all"),
]


class ResPartner(models.Model):
    """How a contact wants to hear from us, and what it was sent."""

    _inherit = "res.partner"

    kundenbindung_frequency = fields.Selection(
        FREQUENCIES,
        "Wished Frequency",
        help="How often this contact wants advertising, as they said. Empty: no wish.",
        groups=USER_GROUP,
    )
    kundenbindung_salutation = fields.Char(
        "Salutation",
        help="First line of letters and mails, for example “Dear Ms Klein,”. Empty: a polite one is made of the name.",
        groups=USER_GROUP,
    )
    kundenbindung_recipient_ids = fields.One2many(
        "crm.outreach.recipient", "partner_id", "Campaigns Received", groups=USER_GROUP
    )
    kundenbindung_mailing_ids = fields.Many2many(
        "crm.outreach",
        string="To Be Mailed For",
        compute="_compute_kundenbindung_mailing_ids",
        search="_search_kundenbindung_mailing_ids",
        help="Names whom a mailing of Email Marketing may reach at the moment it is sent.",
        groups=USER_GROUP,
    )

    def _compute_kundenbindung_mailing_ids(self):
        """A search field: it has no value of its own."""
        self.kundenbindung_mailing_ids = False

    def _search_kundenbindung_mailing_ids(self, operator, value):
        """Contacts that wait for these campaigns and whom, checked at this moment, nothing keeps from being mailed."""
        if operator != "in":
            return NotImplemented
        outreaches = self.env["crm.outreach"].sudo().browse([v for v in value if isinstance(v, int) and v]).exists()
        engine = self.env["crm.outreach.engine"]
        return Domain.OR(Domain("id", "in", engine._open_partners(outreach)) for outreach in outreaches)

    def action_kundenbindung_contact(self):
        """Prepare a campaign to these contacts."""
        return self.env["crm.outreach"]._action_new({"default_partner_ids": self.ids})
