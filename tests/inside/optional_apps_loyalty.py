"""Runs in `odoo shell` on a database with the optional apps: cards, tiers and stamps together with them."""

from odoo import Command, fields
from odoo.exceptions import ValidationError


def check(env):
    """Raise AssertionError where something of it does not work."""
    program, silver, gold = customer_card(env)
    level_follows_the_tier(env, program, gold)
    shipping_is_free_from_a_tier_on(env, program, silver, gold)
    deliveries_bring_points(env)
    desk_offers_what_it_can(env, program)
    assert not env["loyalty.ledger.engine"]._deviations()
    print("LOYALTY WORKS WITH THEM")


def customer_card(env):
    env["loyalty.program"].search([]).write({"active": False})
    program = env["loyalty.program"].create(
        {
            "name": "Customer Card",
            "program_type": "loyalty",
            "applies_on": "both",
            "trigger": "auto",
            "company_id": env.company.id,
            "tier_basis": "points",
            "tier_months": 12,
            "rule_ids": [Command.clear(), Command.create({"reward_point_mode": "money", "reward_point_amount": 1})],
            "reward_ids": [
                Command.clear(),
                Command.create({"discount_mode": "per_order", "discount": 10, "required_points": 100}),
            ],
        }
    )
    silver, gold = env["loyalty.tier"].create(
        [{"name": name, "program_id": program.id, "threshold": at} for name, at in (("Silver", 0), ("Gold", 500))]
    )
    return program, silver, gold


def card_in(env, tier, name):
    """A customer in a tier, with points that it earned."""
    from odoo.addons.crm_kundenbindung.movement import Movement

    partner = env["res.partner"].create({"name": name})
    card = env["loyalty.card"].create({"program_id": tier.program_id.id, "partner_id": partner.id})
    line = {"amount": tier.threshold + 100, "cause": "earned", "company_id": env.company.id}
    card._move([line], Movement("test", cause="earned"))
    compute(env)
    assert member(env, partner).tier_id == tier, member(env, partner).tier_id.name
    return card


def compute(env):
    env["loyalty.tier.engine"]._compute(env.company)
    env.invalidate_all()


def member(env, partner):
    return env["loyalty.tier.member"].search([("partner_id", "=", partner.id)])


def level_follows_the_tier(env, program, gold):
    """Partner levels: the tier's price list brings the level that has it, and both go as they came."""
    prices = env["product.pricelist"].create({"name": "Gold Prices"})
    gold.pricelist_id = prices
    before, level = env["res.partner.grade"].create(
        [
            {"name": "Friend", "default_pricelist_id": env["product.pricelist"].create({"name": "Friends"}).id},
            {"name": "Gold Level", "default_pricelist_id": prices.id},
        ]
    )
    partner = card_in(env, gold, "Levelled").partner_id
    assert partner.grade_id == level, partner.grade_id.name
    assert partner.specific_property_product_pricelist == prices
    # down again, by a person
    row = member(env, partner)
    row._change(gold.search([("program_id", "=", program.id)], limit=1), "downgrade")
    env.invalidate_all()
    assert not partner.grade_id and not partner.specific_property_product_pricelist
    # who had a level gets it back with its price list
    other = env["res.partner"].create({"name": "Friend of the House", "grade_id": before.id})
    other.grade_id = before
    assert other.specific_property_product_pricelist == before.default_pricelist_id
    env["loyalty.card"].create({"program_id": program.id, "partner_id": other.id})
    compute(env)
    row = member(env, other)
    row._change(gold, "manual")
    env.invalidate_all()
    assert (other.grade_id, other.specific_property_product_pricelist) == (level, prices)
    row._change(gold.search([("program_id", "=", program.id)], limit=1), "downgrade")
    env.invalidate_all()
    assert (other.grade_id, other.specific_property_product_pricelist) == (before, before.default_pricelist_id)
    assert not env["loyalty.ledger.issue"].search([("res_model", "=", "loyalty.tier.member")])
    gold.pricelist_id = False
    compute(env)


def shipping_is_free_from_a_tier_on(env, program, silver, gold):
    """Free shipping as a reward: offered to Gold, refused to Silver, paid with points, given back on a cancellation."""
    reward = env["loyalty.reward"].create(
        {"program_id": program.id, "reward_type": "shipping", "required_points": 50, "tier_id": gold.id}
    )
    carrier = env["delivery.carrier"].create(
        {
            "name": "Parcel",
            "fixed_price": 7,
            "delivery_type": "fixed",
            "product_id": env["product.product"].create(
                {"name": "Parcel", "type": "service", "list_price": 7, "taxes_id": False}
            ).id,
        }
    )  # fmt: skip
    good = env["product.product"].create({"name": "Rug", "type": "consu", "list_price": 40, "taxes_id": False})

    def order(card):
        order = env["sale.order"].create(
            {"partner_id": card.partner_id.id, "order_line": [Command.create({"product_id": good.id})]}
        )
        order.set_delivery_line(carrier, 7)
        order._update_programs_and_rewards()
        return order

    poor, rich = card_in(env, silver, "Silver Buyer"), card_in(env, gold, "Gold Buyer")
    refused = order(poor)
    assert reward not in sum(refused._get_claimable_rewards().values(), env["loyalty.reward"])
    assert "Gold" in refused._apply_program_reward(reward, poor)["error"]
    taken = order(rich)
    assert reward in taken._get_claimable_rewards()[rich]
    assert not taken._apply_program_reward(reward, rich)
    taken._update_programs_and_rewards()
    assert taken.order_line.filtered("reward_id").price_unit == -7, taken.order_line.mapped("price_unit")
    assert taken.amount_untaxed == 40
    points = rich.points
    taken.action_confirm()
    assert rich.points == points - 50 + 40, (points, rich.points, "neither the parcel nor its discount earn points")
    taken._action_cancel()
    env.invalidate_all()
    assert rich.points == points, rich.points
    env.flush_all()


def deliveries_bring_points(env):
    """An event rule for deliveries: a stamp when it is done, taken back when all of it came back."""
    program = env["loyalty.program"].create(
        {
            "name": "Stamps for Parcels",
            "program_type": "loyalty",
            "applies_on": "both",
            "trigger": "auto",
            "card_kind": "stamps",
            "card_keep": True,
            "company_id": env.company.id,
            "rule_ids": [Command.clear()],
            "reward_ids": [
                Command.clear(),
                Command.create({"discount_mode": "per_order", "discount": 5, "required_points": 5}),
            ],
            "event_rule_ids": [
                Command.create({"name": "Parcel", "trigger": "delivery", "with_order": True, "points": 1})
            ],
        }
    )
    assert not program.pos_ok, "stamps that are kept are not for the desk"
    try:
        with env.cr.savepoint():
            program.pos_ok = True
    except ValidationError:
        env.invalidate_all()
    else:
        raise AssertionError("the desk may take stamps that are to be kept")
    good = env["product.product"].create({"name": "Brush", "type": "consu", "is_storable": True, "taxes_id": False})
    customer = env["res.partner"].create({"name": "Parcel Customer"})
    order = env["sale.order"].create(
        {"partner_id": customer.id, "order_line": [Command.create({"product_id": good.id, "product_uom_qty": 2})]}
    )
    order.action_confirm()
    picking = order.picking_ids
    picking.move_ids.write({"quantity": 2, "picked": True})
    picking.with_context(skip_sms=True).button_validate()
    follow(env, program)
    card = env["loyalty.card"].search([("program_id", "=", program.id)])
    assert (card.partner_id, card.points) == (customer, 1), card.points
    follow(env, program)
    assert card.points == 1
    for number, left in ((1, 1), (1, 0)):
        wizard = env["stock.return.picking"].with_context(active_id=picking.id, active_model="stock.picking").create({})
        wizard.product_return_moves.quantity = number
        back = env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.write({"quantity": number, "picked": True})
        back.with_context(skip_sms=True).button_validate()
        follow(env, program)
        assert card.points == left, (card.points, left)


def follow(env, program):
    """What the job for events does, for one programme; it has a transaction of its own."""
    env.cr.commit()
    env.ref("crm_kundenbindung.ir_cron_loyalty_event").method_direct_trigger()
    env.cr.commit()
    env.invalidate_all()


def desk_offers_what_it_can(env, program):
    """The desk knows no tiers: it is not sent rewards that need one; strangers earn nothing in a group's programme."""
    config = env["pos.config"].search([], limit=1) or env["pos.config"].create({"name": "Desk"})
    program.pos_ok = True
    offered = env["loyalty.reward"].search(env["loyalty.reward"]._load_pos_data_domain({}, config))
    assert program.reward_ids.filtered(lambda reward: not reward.tier_id) <= offered, offered
    assert not offered.tier_id
    member_of, stranger = env["res.partner"].create([{"name": "Member"}, {"name": "Stranger"}])
    program.card_group_id = env["crm.customer.group"].create(
        {"name": "Members", "kind": "picked", "partner_ids": [Command.set(member_of.ids)]}
    )
    session = env["pos.session"].search([("config_id", "=", config.id), ("state", "!=", "closed")], limit=1)
    session = session or env["pos.session"].create({"config_id": config.id, "user_id": env.uid})
    for partner, expected in ((member_of, 30), (stranger, 0)):
        receipt = env["pos.order"].create(
            {
                "session_id": session.id,
                "partner_id": partner.id,
                "date_order": fields.Datetime.now(),
                "amount_tax": 0,
                "amount_total": 0,
                "amount_paid": 0,
                "amount_return": 0,
            }
        )
        data = {"-1": {"points": 30, "program_id": program.id, "partner_id": partner.id, "coupon_id": -1}}
        receipt.confirm_coupon_programs(data)
        env.invalidate_all()
        points = sum(env["loyalty.card"].search([("partner_id", "=", partner.id)]).mapped("points"))
        assert points == expected, (partner.name, points)
