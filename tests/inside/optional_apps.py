"""Runs in `odoo shell` on a database with the optional apps: one record of each, captured and valued."""

# pylint: disable=undefined-variable
EXPECTED = {
    "delivery": "delivery",
    "stock_return": "return",
    "pos_order": "order",
    "pos_refund": "return",
    "event": "registration",
    "survey": "survey",
    "reward": "discount",
    "livechat": "contact",
    "repair": "service",
    "mailing_sent": "mailing",
    "mailing_opened": "reaction",
    "mailing_clicked": "reaction",
    "mailing_replied": "reaction",
    "sms": "contact",
}


def check(env):
    """Create, capture and compare; raise AssertionError where the history or the value is not as expected."""
    env.company.write({"werthaltigkeit_cost_known_since": "2000-01-01", "werthaltigkeit_period": "all"})
    customer = env["res.partner"].create({"name": "Optional", "email": "optional@example.com", "phone": "+4930123456"})
    good = env["product.product"].create(
        {
            "name": "Good",
            "type": "consu",
            "is_storable": True,
            "list_price": 10,
            "standard_price": 4,
            "taxes_id": False,
        }
    )

    def order(quantity):
        return env["sale.order"].create(
            {
                "partner_id": customer.id,
                "order_line": [(0, 0, {"product_id": good.id, "product_uom_qty": quantity})],
            }
        )

    # stock: delivered and returned
    delivered = order(3)
    delivered.action_confirm()
    picking = delivered.picking_ids
    picking.move_ids.write({"quantity": 3, "picked": True})
    picking.with_context(skip_sms=True).button_validate()
    wizard = env["stock.return.picking"].with_context(active_id=picking.id, active_model="stock.picking").create({})
    wizard.product_return_moves.quantity = 1
    back = env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
    back.move_ids.write({"quantity": 1, "picked": True})
    back.with_context(skip_sms=True).button_validate()
    # loyalty: 10 % off
    program = env["loyalty.program"].create(
        {
            "name": "Promotion",
            "program_type": "promotion",
            "trigger": "auto",
            "applies_on": "current",
            "rule_ids": [(0, 0, {})],
            "reward_ids": [
                (
                    0,
                    0,
                    {
                        "reward_type": "discount",
                        "discount": 10,
                        "discount_mode": "percent",
                        "discount_applicability": "order",
                    },
                )
            ],
        }
    )
    rewarded = order(10)
    rewarded._update_programs_and_rewards()
    rewarded._apply_program_reward(
        program.reward_ids, rewarded.coupon_point_ids.coupon_id.filtered(lambda c: c.program_id == program)
    )
    rewarded.action_confirm()
    # point of sale: bought, given back, and bought by nobody in particular
    config = env["pos.config"].search([], limit=1) or env["pos.config"].create({"name": "Desk"})
    session = env["pos.session"].create({"config_id": config.id, "user_id": env.uid})
    for quantity, partner in ((2, customer), (-1, customer), (5, env["res.partner"])):
        amount = 10 * quantity
        env["pos.order"].create(
            {
                "session_id": session.id,
                "partner_id": partner.id,
                "company_id": env.company.id,
                "pricelist_id": config.pricelist_id.id,
                "amount_tax": 0,
                "amount_total": amount,
                "amount_paid": amount,
                "amount_return": 0,
                "lines": [
                    (
                        0,
                        0,
                        {
                            "product_id": good.id,
                            "qty": quantity,
                            "price_unit": 10,
                            "price_subtotal": amount,
                            "price_subtotal_incl": amount,
                            "total_cost": 4 * quantity,
                            "is_total_cost_computed": True,
                        },
                    )
                ],
            }
        ).state = "paid"
    # the rest
    event = env["event.event"].create({"name": "Open day", "date_begin": "2026-01-01", "date_end": "2026-01-02"})
    env["event.registration"].create({"event_id": event.id, "partner_id": customer.id, "state": "open"})
    survey = env["survey.survey"].create({"title": "How was it"})
    env["survey.user_input"].create({"survey_id": survey.id, "partner_id": customer.id, "state": "done"})
    env["repair.order"].create({"partner_id": customer.id, "product_id": good.id}).state = "done"
    chat = env["im_livechat.channel"].create({"name": "Chat"})
    env["discuss.channel"].create(
        {
            "name": "chat",
            "channel_type": "livechat",
            "livechat_channel_id": chat.id,
            "livechat_operator_id": env.user.partner_id.id,
            "channel_member_ids": [(0, 0, {"partner_id": customer.id}), (0, 0, {"partner_id": env.user.partner_id.id})],
        }
    )
    mailing = env["mailing.mailing"].create(
        {"subject": "News", "mailing_model_id": env["ir.model"]._get_id("res.partner")}
    )
    env["mailing.trace"].create(
        {
            "mass_mailing_id": mailing.id,
            "model": "res.partner",
            "res_id": customer.id,
            "trace_type": "mail",
            "email": customer.email,
            "sent_datetime": "2026-01-01",
            "open_datetime": "2026-01-02",
            "links_click_datetime": "2026-01-02",
            "reply_datetime": "2026-01-03",
            "trace_status": "reply",
        }
    )
    message = customer.message_post(body="sms", message_type="sms")
    env["mail.notification"].create(
        {
            "mail_message_id": message.id,
            "notification_type": "sms",
            "res_partner_id": customer.id,
            "sms_number": "+49",
            "notification_status": "sent",
        }
    )

    env.flush_all()
    sources = env["crm.touchpoint.source"].search([])
    sources.filtered(lambda s: s.state == "missing").write({"state": "new"})
    env["crm.touchpoint.engine"]._run_all()
    bad = sources.filtered(lambda s: s.state != "live")
    assert not bad, [(source.name, source.state, source.reason) for source in bad]
    for code, kind in EXPECTED.items():
        source = env.ref(f"crm_werthaltigkeit.touchpoint_source_{code}")
        found = env["crm.touchpoint"].search([("source_id", "=", source.id), ("partner_id", "=", customer.id)])
        assert len(found) == 1 and found.kind_id.code == kind, (code, found.kind_id.mapped("code"))
    env["crm.value.engine"]._rebuild()
    value = env["crm.customer.value"].search([("partner_id", "=", customer.id)])
    figures = (
        value.gross,
        value.rewards,
        value.returns,
        value.revenue,
        value.cost_of_goods,
        value.db1,
        value.order_count,
    )
    assert figures == (150.0, 10.0, 10.0, 130.0, 56.0, 84.0, 3), figures
    anonymous = env["crm.customer.value"].search([("anonymous", "=", True)])
    assert (anonymous.revenue, anonymous.value_class) == (50.0, False), anonymous.read()
    assert env["sale.report"].search_count([("werthaltigkeit_value_class", "=", "A")])
    print("ALL SOURCES CAPTURED")  # noqa: T201  the test waits for this line
