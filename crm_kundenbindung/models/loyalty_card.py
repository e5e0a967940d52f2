import secrets

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..movement import EPSILON, KEY, Movement, current

MANAGER_GROUP = "crm_kundenbindung.group_kundenbindung_manager"
USER_GROUP = "crm_kundenbindung.group_kundenbindung_user"
PROTECTED = ("ledger_debt", "ledger_reminded_on")
# Letters and digits that nobody takes for one another when typing a code from paper: five bits each.
CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
ROUNDING = 0.01
# Points that come in this way pay back a debt first.
REPAYING = ("earned", "returned", "clawed_back", "referral")


class LoyaltyCard(models.Model):
    """Points move in one place: `write` locks the card, appends to the ledger and then writes the points.

    Odoo's own flows carry a mark in their context (see `movement.py`). A write without it by a person is an
    adjustment, which needs a manager and a reason; one by the system is noted as "other program".
    """

    _name = "loyalty.card"
    _inherit = ["loyalty.card", "mail.activity.mixin"]

    ledger_ids = fields.One2many("loyalty.ledger", "card_id", readonly=True, groups=USER_GROUP)
    ledger_count = fields.Integer("Entries", compute="_compute_ledger_count", groups=USER_GROUP)
    ledger_debt = fields.Float(
        "Debt", readonly=True, copy=False,
        help="Points that were spent before what earned them was cancelled or credited. Points earned next pay it back.",
    )  # fmt: skip
    ledger_reminded_on = fields.Date(
        "Reminded Of", readonly=True, copy=False, groups=USER_GROUP,
        help="The customer was reminded of points that expire up to this day.",
    )  # fmt: skip

    _debt_not_negative = models.Constraint("CHECK (ledger_debt >= 0)", "A debt of points cannot be negative.")

    def _compute_ledger_count(self):
        counts = dict(self.env["loyalty.ledger"]._read_group([("card_id", "in", self.ids)], ["card_id"], ["__count"]))
        for card in self:
            card.ledger_count = counts.get(card, 0)

    @api.model
    def _generate_code(self):
        """The prefix that barcode scanners know, and 80 random bits."""
        return "044" + "".join(secrets.choice(CODE_ALPHABET) for _position in range(16))

    # --- moving points -----------------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Points on a new card are entries too; a customer gets a card of a programme from one hand only."""
        if any(vals.get(name) for vals in vals_list for name in PROTECTED) and not self.env.su:
            raise AccessError(_("Debts of points are not written by hand."))
        if any((vals.get("points") or 0) < 0 for vals in vals_list):
            raise ValidationError(_("A new card cannot start below zero."))
        self._claim_cards(vals_list)
        if not any(vals.get("points") for vals in vals_list):
            return super().create(vals_list)
        trusted = self._with_movement("issued")
        cards = super(LoyaltyCard, trusted).create(vals_list)
        entries, movement = [], current(trusted.env)
        for card in cards.filtered("points"):
            entries += card._prepare_entries(movement.lines_of(card, card.points), 0.0)
        self.env["loyalty.ledger"].sudo().with_context(**{KEY: movement}).create(entries)
        return cards.with_env(self.env)

    def write(self, vals):
        if not self.env.su and not current(self.env) and not vals.keys().isdisjoint(PROTECTED):
            raise AccessError(_("Debts of points are not written by hand."))
        if "program_id" in vals:
            self._check_same_program(vals["program_id"])
        if "points" not in vals:
            return super().write(vals)
        cards = self._with_movement()
        cards.check_access("write")
        cards.env["loyalty.ledger.engine"]._lock_cards(cards)
        points, movement = vals["points"] or 0.0, current(cards.env)
        return cards._book({card: movement.lines_of(card, points - card.points) for card in cards}, vals)

    def _book(self, lines_by_card, vals):
        """Append the entries of each of these locked cards and write its points, together with `vals`."""
        movement, entries = current(self.env), []
        for card in self:
            lines = card._complete_lines(lines_by_card[card])
            entries += card._prepare_entries(lines, card.points)
            values = {**vals, "points": card.points + sum(line["amount"] for line in lines)}
            if abs(values["points"]) < EPSILON:
                values["points"] = 0.0
            debt = sum(line["amount"] for line in lines if line["cause"] == "debt")
            if debt:
                values["ledger_debt"] = max(0.0, card.ledger_debt + debt)
            # Every move ends here, also those of many cards. pylint: disable-next=super-method-mismatch
            super(LoyaltyCard, card).write(values)
            if debt > 0 and movement.mode != "merge":
                card._report_debt(debt, movement)
        self.env["loyalty.ledger"].sudo().with_context(**{KEY: movement}).create(entries)
        return True

    @api.private
    def _move_all(self, lines_by_card, movement):
        """Append entries to many cards at once: `lines_by_card` as `_move` takes them, by card."""
        cards = self.sudo().with_context(**{KEY: movement})
        cards.env["loyalty.ledger.engine"]._lock_cards(cards)
        return cards._book(lines_by_card, {})

    @api.private
    def _move(self, lines, movement):
        """Append entries to this card and move its points by their sum. `lines` are dicts with amount and cause."""
        self.ensure_one()
        movement.lines[self.id] = lines
        card = self.sudo().with_context(**{KEY: movement})
        return card.write({"points": card.points + sum(line["amount"] for line in lines)})

    @api.private
    def _grant_once(self, key, points, cause="event", document=None):
        """Give points for an outside event or a referral; return whether it was the first time for this key."""
        self.ensure_one()
        if not self.env["loyalty.claim.engine"]._claim_event(f"{cause}:{key}"):
            return False
        line = {"amount": points, "cause": cause, "expires_on": self.program_id._ledger_expires_on()}
        return self._move([line], Movement(cause, document=document))

    def _with_movement(self, cause="adjustment"):
        """These cards in an environment that says why points move; refuse where nobody may move them."""
        if current(self.env):
            return self
        if self.env.su:
            return self.with_context(**{KEY: Movement("core", cause="core")})
        self._check_ledger_manager()
        reason = self.env.context.get("loyalty_reason_id")
        reason = isinstance(reason, int) and self.env["loyalty.ledger.reason"].browse(reason).exists()
        if not reason and cause == "issued":
            reason = self.env.ref("crm_kundenbindung.ledger_reason_generated", raise_if_not_found=False)
        if not reason:
            raise UserError(_("Changing a balance by hand needs a reason. Please use “Update Balance” on the card."))
        return self.with_context(**{KEY: Movement("adjustment", cause=cause, reason_id=reason.id)})

    @api.model
    def _check_ledger_manager(self):
        if not self.env.su and not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(_("Only managers of customer retention change balances by hand."))

    def _complete_lines(self, lines):
        """Add what a balance that may not fall below zero asks for: rounding, a debt, or paying one back."""
        self.ensure_one()
        movement = current(self.env)
        balance = self.points + sum(line["amount"] for line in lines)
        if -ROUNDING < balance < -EPSILON:
            last = [line for line in lines if line["amount"] < 0][-1]
            last["amount"] -= balance
        elif balance < 0 and lines:
            if movement.mode == "adjustment":
                raise ValidationError(_("The balance of card %(card)s cannot fall below zero.", card=self.display_name))
            lines = lines + self._lines_of_shortage(-balance, movement)
        elif (
            self.ledger_debt > EPSILON
            and balance > EPSILON
            and any(line["cause"] in REPAYING and line["amount"] > 0 for line in lines)
        ):
            lines = lines + [{"amount": -min(balance, self.ledger_debt), "cause": "debt"}]
        return lines

    def _lines_of_shortage(self, shortage, movement):
        """What makes up for points taken back that are no longer there: what had expired of them, then a debt."""
        lines = []
        if movement.mode in ("cancel", "settle"):
            expired = -sum(
                self.env["loyalty.ledger"].sudo()._read_group(
                    [("card_id", "=", self.id), ("cause", "=", "expired")], [], ["amount:sum"]
                )[0]
            )  # fmt: skip
            if given_back := min(shortage, max(0.0, expired)):
                lines.append({"amount": given_back, "cause": "expired"})
                shortage -= given_back
        if shortage > EPSILON:
            lines.append({"amount": shortage, "cause": "debt"})
        return lines

    def _prepare_entries(self, lines, balance):
        """Values of ledger entries, each with the balance after it."""
        self.ensure_one()
        movement = current(self.env)
        document = movement.document
        model, record_id = (document._name, document.id) if document else (False, False)
        card = self.sudo()
        entries = []
        for line in lines:
            balance += line["amount"]
            company = line.get("company_id") or (
                document.company_id.id if document and "company_id" in document else card.company_id.id
            )
            entries.append(
                {
                    "card_id": card.id,
                    "program_id": card.program_id.id,
                    "res_model": model,
                    "res_id": record_id,
                    "origin_model": model,
                    "origin_id": record_id,
                    "reason_id": movement.reason_id,
                    "user_id": self.env.uid,
                    **line,
                    "company_id": company or card.program_id.company_id.id or self.env.company.id,
                    "balance": 0.0 if abs(balance) < EPSILON else balance,
                }
            )
        return entries

    def _report_debt(self, debt, movement):
        """Nobody falls into debt silently: tell the manager, and the salesperson of the document."""
        card = self.sudo()
        message = card.env._(
            "%(points)s: spent before what earned them was taken back.", points=card._format_points(debt)
        )
        document = movement.document if movement.document and "activity_ids" in movement.document else card
        self.env["loyalty.ledger.issue"]._report("debt", card=card, message=message, document=movement.document)
        user = document.user_id if "user_id" in document else self.env.user
        document.sudo().activity_schedule(
            "mail.mail_activity_data_todo",
            summary=card.env._("Points already spent"),
            note=message,
            user_id=(user or self.env.user).id,
        )

    # --- who may have a card, and how long it lives ---------------------------------------------------------------

    def _claim_cards(self, vals_list):
        """Serialize the creation of cards that a customer should have once per programme."""
        pairs = []
        for vals in vals_list:
            if vals.get("partner_id") and vals.get("program_id"):
                program = self.env["loyalty.program"].sudo().browse(vals["program_id"])
                if program.is_nominative:
                    pairs.append((program.id, vals["partner_id"]))
        if pairs:
            self.env["loyalty.claim.engine"]._claim_holders(pairs)

    def _check_same_program(self, program_id):
        changed = self.filtered(lambda card: card.program_id.id != program_id)
        if changed and self.env["loyalty.ledger"].sudo().search_count([("card_id", "in", changed.ids)], limit=1):
            raise ValidationError(_("Points cannot move to another program together with their card."))

    def unlink(self):
        """A card with entries is archived: nothing that happened is forgotten."""
        self.check_access("unlink")
        entries = self.env["loyalty.ledger"].sudo()._read_group([("card_id", "in", self.ids)], ["card_id"])
        kept = self.browse(card.id for (card,) in entries)
        kept.filtered("active").action_archive()
        return super(LoyaltyCard, self - kept).unlink()
