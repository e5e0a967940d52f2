import logging
import uuid

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..movement import Movement
from .loyalty_card import USER_GROUP

_logger = logging.getLogger(__name__)

BATCH = 200


class LoyaltyEvent(models.Model):
    """Something other than a purchase that brought points or stamps: one row per event, which makes it count once.

    Rows are found by `loyalty.event.engine` or stamped by hand; the points themselves are entries of the ledger, whose
    origin is the row. A row holds no text of its document.
    """

    _name = "loyalty.event"
    _description = "Event That Brought Points"
    _order = "moment desc, id desc"
    _rec_name = "program_id"

    rule_id = fields.Many2one(
        "loyalty.event.rule", readonly=True, index="btree_not_null", ondelete="restrict", help="Empty: stamped by hand."
    )
    program_id = fields.Many2one("loyalty.program", required=True, readonly=True, index=True, ondelete="restrict")
    card_id = fields.Many2one("loyalty.card", readonly=True, index="btree_not_null", ondelete="set null")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, index="btree_not_null", ondelete="set null")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    moment = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    key = fields.Char("Key of the Event", required=True, readonly=True)
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference("Document ID", model_field="res_model", readonly=True)
    points = fields.Integer("Points or Stamps", readonly=True)
    user_id = fields.Many2one("res.users", "By", readonly=True, default=lambda self: self.env.user)
    state = fields.Selection(
        [
            ("new", "To Be Given"),
            ("given", "Given"),
            ("capped", "Over the Limit"),
            ("void", "To Be Taken Back"),
            ("undone", "Taken Back"),
            ("failed", "Set Aside"),
        ],
        required=True, readonly=True, default="new", index=True,
    )  # fmt: skip

    _key_uniq = models.UniqueIndex("(COALESCE(rule_id, 0), key)", "An event brings points once.")
    _holder_index = models.Index("(rule_id, partner_id, moment)")

    @api.model
    @api.private
    def _stamp_by_hand(self, card, number=1):
        """Give stamps on the spot, on the word of the user."""
        event = self.sudo().create(
            {
                "program_id": card.program_id.id,
                "card_id": card.id,
                "partner_id": card.partner_id.id,
                "company_id": (card.sudo().company_id or self.env.company).id,
                "key": f"hand:{uuid.uuid4()}",
                "points": number,
                "user_id": self.env.uid,
            }
        )
        event._book()
        return event

    @api.private
    def _book(self):
        """Bring the ledger to what these events should have brought by now: calling it again changes nothing."""
        events = self.sudo().filtered(lambda event: event.state in ("new", "void"))
        events._complete_cards()
        booked = {}
        for (event_id, _card_id), row in self.env["loyalty.ledger.engine"].sudo()._booked(events).items():
            sums = booked.setdefault(event_id, {"earned": 0.0, "spent": 0.0, "clawed": 0.0, "returned": 0.0})
            for name in ("earned", "spent", "clawed", "returned"):
                sums[name] += row[name]
            sums["earned_id"] = max(sums.get("earned_id") or 0, row["earned_id"] or 0) or None
        lines = {}
        for event in events:
            if entries := event._lines(booked.get(event.id)):
                lines.setdefault(event.card_id, []).extend(entries)
        self.env["loyalty.card"].union(*lines)._move_all(lines, Movement("settle", cause="earned"))
        events.filtered(lambda event: event.state == "new").state = "given"
        events.filtered(lambda event: event.state == "void").state = "undone"

    @api.depends("rule_id.name", "program_id.name")
    def _compute_display_name(self):
        """What happened, as the customer reads it on the statement."""
        for event in self:
            stamped = self.env._("Stamped for a visit") if event.program_id.card_kind == "stamps" else False
            event.display_name = event.rule_id.name or stamped or event.program_id.name

    def _lines(self, row):
        """Entries from what is booked of this event to what should be."""
        self.ensure_one()
        base = {
            "res_model": self.res_model or self._name,
            "res_id": self.res_id or self.id,
            "origin_model": self._name,
            "origin_id": self.id,
            "company_id": self.company_id.id,
            "user_id": self.user_id.id,
        }
        row = row or {"earned": 0.0, "spent": 0.0, "clawed": 0.0, "returned": 0.0}
        target = float(self.points) if self.state == "new" else 0.0
        lines = self.env["loyalty.ledger.engine"]._lines_to_reach(base, row, target, 0.0)
        for line in lines:
            if line["cause"] == "earned":
                line["expires_on"] = self.program_id._ledger_expires_on()
        return lines

    def _complete_cards(self):
        """Give a card to customers who have none yet: one each."""
        bare = self.filtered(lambda event: not event.card_id and event.partner_id)
        for program, events in bare.grouped("program_id").items():
            cards = self.env["loyalty.card"].sudo()
            found = {
                card.partner_id: card
                for card in cards.search(
                    [("program_id", "=", program.id), ("partner_id", "in", events.partner_id.ids)], order="id desc"
                )
            }
            missing = events.partner_id - self.env["res.partner"].union(*found)
            created = cards.with_context(loyalty_no_mail=True).create(
                [{"program_id": program.id, "partner_id": partner.id} for partner in missing]
            )
            found |= {card.partner_id: card for card in created}
            for event in events:
                event.card_id = found[event.partner_id]

    def action_undo(self):
        """Take back stamps that were given by hand."""
        if not self.env.su and not self.env.user.has_group(USER_GROUP):
            raise AccessError(self.env._("Only users of customer retention take stamps back."))
        self.check_access("read")
        events = self.sudo().filtered(lambda event: not event.rule_id and event.state == "given")
        events.state = "void"
        events._book()
        return True

    def action_open_card(self):
        self.ensure_one()
        return self.card_id.get_formview_action()

    def action_open_document(self):
        """Open the invoice, delivery, touchpoint or contact behind the event."""
        self.ensure_one()
        if not self.res_id or self.res_model not in self.env:
            return self.action_open_card()
        return self.env[self.res_model].browse(self.res_id).exists().get_formview_action()

    @api.model
    def _cron_events(self):
        """Find events and what became of them, then move the points in batches; one that fails is set aside and shown."""
        engine, cron = self.env["loyalty.event.engine"].sudo(), self.env["ir.cron"]
        for rule in self.env["loyalty.event.rule"].sudo().search([("program_id.active", "=", True)]):
            engine._find(rule)
        due = self.sudo().search([("state", "in", ("new", "void"))], order="card_id, id")
        cron._commit_progress(remaining=len(due))
        for start in range(0, len(due), BATCH):
            batch = due[start : start + BATCH].exists()
            if not batch._book_safely():
                for event in batch:
                    if not event._book_safely():
                        event._set_aside()
            if not cron._commit_progress(len(batch)):
                break
        return len(due)

    def _book_safely(self):
        try:
            with self.env.cr.savepoint():
                self._book()
                self.env.flush_all()
        except OperationalError:
            raise
        except Exception:
            _logger.info("could not book %s", self, exc_info=True)
            self.env.invalidate_all()
            return False
        return True

    def _set_aside(self):
        self.state = "failed"
        self.env["loyalty.ledger.issue"]._report(
            "job", card=self.card_id, company=self.company_id, document=self,
            message=self.env._("An event brought no points: please look at its rule and its card."),
        )  # fmt: skip
