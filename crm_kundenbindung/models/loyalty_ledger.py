from odoo import _, api, fields, models
from odoo.exceptions import AccessError

from ..movement import current

CAUSES = [
    ("earned", "Earned"),
    ("redeemed", "Redeemed"),
    ("returned", "Returned"),
    ("clawed_back", "Clawed Back"),
    ("expired", "Expired"),
    ("referral", "Referral"),
    ("event", "Event"),
    ("issued", "Generated"),
    ("import", "Import"),
    ("adjustment", "Adjustment"),
    ("debt", "Debt"),
    ("merge", "Merge"),
    ("opening", "Opening Balance"),
    ("core", "Other Program"),
]
# Which side of an order an entry belongs to.
EARN_SIDE = ("earned", "clawed_back")
SPEND_SIDE = ("redeemed", "returned")


class LoyaltyLedger(models.Model):
    """One movement of a card's points. The balance of a card is the sum of its entries, always.

    Entries are only ever appended, by `loyalty.card`. They carry no name and no text, so that erasing a person
    leaves the sums as they are.
    """

    _name = "loyalty.ledger"
    _description = "Points Ledger"
    _order = "id desc"
    _rec_name = "cause"

    card_id = fields.Many2one("loyalty.card", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(related="card_id.partner_id", string="Customer")
    program_id = fields.Many2one("loyalty.program", readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    moment = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    amount = fields.Float(required=True, readonly=True, help="Points that came (positive) or went (negative).")
    balance = fields.Float("Balance After", readonly=True, aggregator=None, help="Points on the card after this entry.")
    cause = fields.Selection(CAUSES, required=True, readonly=True)
    reason_id = fields.Many2one(
        "loyalty.ledger.reason", readonly=True, ondelete="restrict", help="Why somebody changed the balance by hand."
    )
    user_id = fields.Many2one("res.users", "By", readonly=True, default=lambda self: self.env.user)
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference("Document ID", model_field="res_model", readonly=True)
    document = fields.Char(compute="_compute_document")
    description = fields.Char(compute="_compute_description", help="What happened, as on a bank statement.")
    origin_model = fields.Char(readonly=True)
    origin_id = fields.Many2oneReference(
        "Origin ID", model_field="origin_model", readonly=True,
        help="The order or receipt whose points these are: a credit note is the document, its order the origin.",
    )  # fmt: skip
    reverses_id = fields.Many2one(
        "loyalty.ledger", readonly=True, index="btree_not_null", ondelete="restrict",
        help="The entry that this one takes back, wholly or in part.",
    )  # fmt: skip
    expires_on = fields.Date(readonly=True, help="From this day on, what is left of these points expires.")

    _document_index = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")
    _origin_index = models.Index("(origin_model, origin_id) WHERE origin_id IS NOT NULL")
    _expiry_index = models.Index("(program_id, expires_on) WHERE expires_on IS NOT NULL")

    @api.depends("res_model", "res_id")
    def _compute_document(self):
        """The name of the document, where its app is still there and the user may read it."""
        self.document = False
        for model, entries in self.filtered("res_id").grouped("res_model").items():
            if model not in self.env:
                continue
            records = self.env[model].browse(entries.mapped("res_id")).exists()._filtered_access("read")
            names = {record.id: record.display_name for record in records}
            for entry in entries:
                entry.document = names.get(entry.res_id, False)

    @api.depends("cause", "amount", "document", "reason_id")
    def _compute_description(self):
        words = self._words()
        ids = self.filtered(lambda entry: entry.origin_model == "loyalty.event").mapped("origin_id")
        events = self.env["loyalty.event"].sudo().browse(ids).exists()
        happened = {event.id: event.display_name for event in events}
        for entry in self:
            came, went = words[entry.cause]
            event = happened.get(entry.origin_id) if entry.origin_model == "loyalty.event" else False
            parts = (came if entry.amount >= 0 else went, event or entry.document or entry.reason_id.name)
            entry.description = ": ".join(part for part in parts if part)

    def _words(self):
        """What an entry of each cause means to the holder of the card, when points came and when they went."""
        _ = self.env._
        return {
            "earned": (_("Earned"), _("Earned less")),
            "redeemed": (_("Redeemed less"), _("Redeemed")),
            "returned": (_("Redeemed points given back"), _("Redeemed after all")),
            "clawed_back": (_("Earned after all"), _("Earned points taken back")),
            "expired": (_("Expired points given back"), _("Expired")),
            "referral": (_("Thanks for a referral"), _("Referral taken back")),
            "event": (_("Points for an event"), _("Points for an event taken back")),
            "issued": (_("Card issued"), _("Card issued")),
            "import": (_("Balance brought along"), _("Balance brought along")),
            "adjustment": (_("Added by hand"), _("Removed by hand")),
            "debt": (_("Noted as a debt"), _("Debt paid back")),
            "merge": (_("Taken over from another card"), _("Handed over to another card")),
            "opening": (_("Opening balance"), _("Opening balance")),
            "core": (_("Changed by another program"), _("Changed by another program")),
        }

    @api.model_create_multi
    def create(self, vals_list):
        """Only together with the points of the card: see `loyalty.card`."""
        if not current(self.env):
            raise AccessError(_("Entries of the points ledger are written by the movement of points only."))
        return super().create(vals_list) if vals_list else self.browse()

    def write(self, vals):
        """Never: not even by the system."""
        if vals:
            raise AccessError(_("Entries of the points ledger are never changed: a correction is a new entry."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_ever(self):
        raise AccessError(_("Entries of the points ledger are never deleted: a correction is a new entry."))

    def action_open_document(self):
        """Open the order, invoice or receipt behind the entry."""
        self.ensure_one()
        if not self.document:
            return False
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
