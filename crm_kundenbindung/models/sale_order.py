from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..movement import EPSILON, KEY, Movement, current


class SaleOrder(models.Model):
    """Points of an order: what it earned and spent is booked once, and follows what becomes of the order."""

    _inherit = "sale.order"

    loyalty_before_cancel = fields.Json(
        copy=False, groups=fields.NO_ACCESS, help="Rewards and total of the order before it was cancelled."
    )

    @api.private
    def _with_ledger(self, mode, fresh=False):
        """These orders in an environment that may move points on their account."""
        movement = current(self.env)
        document = self if len(self) == 1 else None
        if movement and not fresh and movement.document == document:
            return self
        return self.with_context(**{KEY: Movement(mode, document=document)})

    # --- confirming -------------------------------------------------------------------------------------------------

    def action_confirm(self):
        """Lock every card once, let Odoo confirm, then count the uses of limited programmes."""
        cards = self.applied_coupon_ids | self.coupon_point_ids.coupon_id | self.order_line.coupon_id
        if not cards and not self._may_meet_programs():
            return super().action_confirm()
        self.env["loyalty.ledger.engine"].sudo()._lock_cards(cards)
        result = super(SaleOrder, self._with_ledger("confirm", fresh=True)).action_confirm()
        self._claim_limited_programs()
        return self._tell_lost_rewards() or result

    def _may_meet_programs(self):
        return bool(self.env["loyalty.program"].sudo().search_count([], limit=1))

    def _get_point_changes(self):
        """Odoo asks for the changes of points just before it writes them: note what they are made of."""
        movement = current(self.env)
        mode = movement and movement.mode
        if mode == "cancel":
            return self._point_changes_of_cancellation(movement)
        changes = super()._get_point_changes()
        if mode == "confirm":
            self._check_shared_cards(changes)
            movement.lines.update(self._lines_of_confirmation(changes))
        return changes

    def _check_shared_cards(self, changes):
        """Several orders confirmed together may not spend the same points: name them, confirm none."""
        for card, change in changes.items():
            if card.points + change < -0.01:
                orders = self.filtered(lambda order, card=card: card in order.order_line.coupon_id)
                raise ValidationError(
                    self.env._(
                        "The points of card %(card)s do not suffice for all of these orders together: %(orders)s",
                        card=card.display_name,
                        orders=", ".join(orders.mapped("name")),
                    )
                )

    def _lines_of_confirmation(self, changes):
        """The entries per card: what each order earns and spends."""
        lines = {card.id: [] for card in changes}
        for order in self:
            base = order._ledger_base()
            for entry in order.coupon_point_ids.filtered("points"):
                program = entry.coupon_id.program_id
                lines[entry.coupon_id.id].append(
                    {**base, "amount": entry.points, "cause": "earned", "expires_on": program._ledger_expires_on()}
                )
            for card, spent in order._points_spent().items():
                lines[card.id].append({**base, "amount": -spent, "cause": "redeemed"})
        for card, change in changes.items():
            if not card.program_id.is_nominative and abs(change) < EPSILON:
                # An automatic discount: its card begins and ends at zero, no points moved.
                lines[card.id] = []
        return lines

    def _points_spent(self):
        """What the rewards of the order cost, per card."""
        spent = defaultdict(float)
        for line in self.order_line:
            if line.reward_id and line.coupon_id and line.points_cost:
                spent[line.coupon_id] += line.points_cost
        return spent

    def _claim_limited_programs(self):
        """Count each order as a use of its limited programmes; refuse where the limit is reached.

        An order that was paid on line already is not refused: the manager is told of the overrun.
        """
        engine = self.env["loyalty.claim.engine"].sudo()
        for order in self.sudo():
            for program in order.order_line.reward_id.program_id.filtered("limit_usage").sorted("id"):
                if engine._claim_usage(program, order, program.max_usage):
                    continue
                if not order.transaction_ids.filtered(lambda tx: tx.state in ("done", "authorized")):
                    raise ValidationError(
                        self.env._(
                            "“%(program)s” has been used up: it was limited to %(limit)s orders. "
                            "Please remove its reward from order %(order)s.",
                            program=program.name,
                            limit=program.max_usage,
                            order=order.name,
                        )
                    )
                engine._claim_usage(program, order, None)
                self.env["loyalty.ledger.issue"]._report("overrun", company=order.company_id, document=order)

    # --- cancelling, and back ---------------------------------------------------------------------------------------

    def _action_cancel(self):
        """Take back what the ledger says this order moved, and remember the rewards Odoo removes."""
        engine = self.env["loyalty.ledger.engine"].sudo()
        orders = self._with_ledger("cancel", fresh=True)
        engine._lock_cards(self.coupon_point_ids.coupon_id | self.order_line.coupon_id)
        for order in self.filtered(lambda order: order.order_line.reward_id):
            order.sudo().loyalty_before_cancel = order._rewards_to_remember()
        result = super(SaleOrder, orders)._action_cancel()
        self.env["loyalty.claim.engine"].sudo()._release_usages(self)
        return result

    def _point_changes_of_cancellation(self, movement):
        """What the orders moved by now, claw-backs included, so that Odoo takes back exactly that."""
        engine = self.env["loyalty.ledger.engine"].sudo()
        booked = engine._booked(self)
        changes, cards = defaultdict(float), self.env["loyalty.card"]
        for order in self:
            base = order._ledger_base()
            for card, change in order._core_changes():
                if (order.id, card.id) not in booked:
                    changes[card] += change
                    cause = "clawed_back" if change > 0 else "returned"
                    lines = movement.lines.setdefault(card.id, [])
                    if abs(change) > EPSILON:
                        lines.append({**base, "amount": -change, "cause": cause})
            for (order_id, card_id), row in booked.items():
                if order_id == order.id:
                    changes[cards.browse(card_id)] += row["earned"] - row["spent"]
                    movement.lines.setdefault(card_id, []).extend(engine._lines_to_reach(base, row, 0.0, 0.0))
        return changes

    # --- following what becomes of an order -------------------------------------------------------------------------

    @api.private
    def _ledger_settle(self, document=None, without=None):
        """Book the difference between what these orders should have moved by now and what they did.

        Claw-back = points × credited ÷ ordered − already taken; spent points return in proportion. Calling it again
        changes nothing.

        :param document: the credit note on whose account points move; the order itself where there is none
        :param without: credit notes that are not to be counted yet
        """
        engine = self.env["loyalty.ledger.engine"].sudo()
        orders = self.sudo()
        booked = engine._booked(orders)
        known = {order_id for order_id, _card_id in booked}
        for order in orders:
            targets = order._ledger_targets(without=without) if order.state == "sale" else {}
            cards = self.env["loyalty.card"].sudo().browse(
                sorted({card.id for card in targets} | {key[1] for key in booked if key[0] == order.id})
            )  # fmt: skip
            engine._lock_cards(cards)
            full = order._ledger_targets(kept=False) if order.state == "sale" and order.id not in known else {}
            for card in cards:
                row = booked.get((order.id, card.id))
                if not row:
                    if order.id in known and not card.program_id.is_nominative:
                        continue
                    earned, spent = full.get(card, (0.0, 0.0))
                    row = {"earned": earned, "spent": spent, "clawed": 0.0, "returned": 0.0}
                paper = document or order
                base = order._ledger_base() | {"res_model": paper._name, "res_id": paper.id}
                if lines := engine._lines_to_reach(base, row, *targets.get(card, (0.0, 0.0))):
                    card._move(lines, Movement("settle", document=paper))

    def _ledger_base(self):
        """Values of every entry of this order."""
        self.ensure_one()
        return {
            "res_model": self._name,
            "res_id": self.id,
            "origin_model": self._name,
            "origin_id": self.id,
            "company_id": self.company_id.id,
        }

    def _ledger_targets(self, kept=True, without=None):
        """{card: (points earned, points spent)} as the order stands; `kept` leaves out the part that was credited."""
        self.ensure_one()
        engine = self.env["loyalty.ledger.engine"]
        lines = self.order_line.filtered(
            lambda line: not line.display_type and not line.reward_id and not line.is_downpayment
        )
        share = self._kept_share(lines, without) if kept else 1.0
        targets = {
            card: [0.0, engine._kept_points(card.program_id, spent, share)]
            for card, spent in self._points_spent().items()
        }
        for entry in self.coupon_point_ids:
            program = entry.coupon_id.program_id
            products = self.env["product.product"].union(*program._get_valid_products(lines.product_id).values())
            earning = lines.filtered(lambda line, products=products: line.product_id in products)
            share = self._kept_share(earning, without) if kept else 1.0
            earned = engine._kept_points(program, entry.points, share)
            targets.setdefault(entry.coupon_id, [0.0, 0.0])[0] += earned
        return {
            card: (earned, spent)
            for card, (earned, spent) in targets.items()
            if card.program_id.is_nominative or abs(earned - spent) > EPSILON
        }

    def _kept_share(self, lines, without=None):
        """The share of these order lines that was not credited: 1 where nothing was. `without`: credit notes."""
        ordered = sum(lines.mapped("price_subtotal"))
        invoiced = credited = 0.0
        for item in lines.invoice_lines.filtered(lambda item: item.parent_state == "posted"):
            if without and item.move_id in without:
                continue
            amount = item.currency_id._convert(
                item.price_subtotal, self.currency_id, self.company_id, item.date or fields.Date.today()
            )
            if item.move_id.move_type == "out_refund":
                credited += amount
            elif item.move_id.move_type == "out_invoice":
                invoiced += amount
        if ordered <= 0:
            return 1.0
        return min(1.0, max(0.0, (max(invoiced, ordered) - credited) / ordered))

    @api.private
    def _ledger_follow_change(self):
        """Quantities or prices of confirmed orders changed: what they earn changes with them."""
        movement = current(self.env)
        if movement and movement.mode in ("confirm", "cancel", "order"):
            return
        for order in self.sudo().filtered(lambda order: order.state == "sale" and order.coupon_point_ids):
            order = order._with_ledger("order")
            for program in order.coupon_point_ids.coupon_id.program_id:
                entries = order.coupon_point_ids.filtered(lambda e, p=program: e.coupon_id.program_id == p)
                status = order._program_check_compute_points(program)[program]
                points = status.get("points", [])
                if len(entries) > 1 or not program.is_nominative:
                    points = [amount for amount in points if amount]
                for index, entry in enumerate(entries):
                    entry.points = points[index] if index < len(points) else 0.0
            order._ledger_settle()
