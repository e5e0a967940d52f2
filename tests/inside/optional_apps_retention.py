"""Runs in `odoo shell` on a database with the optional apps: what Customer Retention does together with them."""

# pylint: disable=undefined-variable
from unittest.mock import patch


def check(env):
    """Raise AssertionError where something of it does not work."""
    env.company.write({"kundenbindung_pressure_count": 0, "kundenbindung_existing_customer": False})
    people = env["res.partner"].create(
        [{"name": f"Person {n}", "email": f"person{n}@example.com", "phone": f"+49 431 12345{n}"} for n in range(4)]
    )
    for person in people[:3]:
        env["crm.consent"].create({"partner_id": person.id, "purpose": "mail", "state": "given"})
    mailing_goes_to_who_agreed(env, people)
    complaint_after_return_and_repair(env, people[0])
    question_after_a_sale_at_the_desk(env, people[1])
    privacy_lookup_finds_everything(env, people[0])
    print("RETENTION WORKS WITH THEM")  # noqa: T201  the test waits for this line


def mailing_goes_to_who_agreed(env, people):
    """Email Marketing: those who agreed get the mail, each a touchpoint, counted once."""
    outreach = env["crm.outreach"].create(
        {
            "name": "Winter Check",
            "target": "picked",
            "partner_ids": [(6, 0, people.ids)],
            "subject": "Hello {{ object.first_name }}",
            "body": "<p>Dear <t t-out='object.name'/>, time for winter tyres.</p>",
        }
    )
    assert outreach.has_email_marketing
    outreach.action_check()
    action = outreach.action_mailing()
    mailing = env["mailing.mailing"].browse(action["res_id"])
    assert action["res_model"] == "mailing.mailing" and outreach.action_mailing()["res_id"] == mailing.id
    assert set(mailing._get_recipients()) == set(people[:3].ids), mailing._get_recipients()
    # one of them objects after the draft was made
    env["crm.consent"].create({"partner_id": people[2].id, "purpose": "mail", "state": "withdrawn"})
    env.flush_all()
    assert set(mailing._get_recipients()) == set(people[:2].ids), mailing._get_recipients()
    server = type(env["ir.mail_server"])
    with (
        patch.object(server, "send_email", lambda self, message, **kwargs: message["Message-Id"]),
        patch.object(server, "_connect__", lambda self, *args, **kwargs: None),
    ):
        mailing.action_send_mail()
        env["mail.mail"].search([("mailing_id", "=", mailing.id)]).send()
    traces = env["mailing.trace"].search([("mass_mailing_id", "=", mailing.id)])
    assert len(traces) == 2, traces.mapped("trace_status")
    assert set(traces.mapped("trace_status")) == {"sent"}, traces.mapped("failure_reason")
    env["crm.outreach"]._cron_send()
    env.invalidate_all()
    states = {row.partner_id: row.state for row in outreach.recipient_ids}
    assert states[people[0]] == states[people[1]] == "sent" and "sent" not in (states[people[2]], states[people[3]]), (
        states
    )
    capture(env)
    for person in people[:2]:
        found = env["crm.touchpoint"].search([("partner_id", "=", person.id), ("kind_id.code", "=", "mailing")])
        assert len(found) == 1, found.mapped("source_id.name")


def complaint_after_return_and_repair(env, customer):
    """A complaint names the goods that came back, or their repair."""
    product = env["product.product"].create({"name": "Wiper", "type": "consu", "is_storable": True})
    repair = env["repair.order"].create({"partner_id": customer.id, "product_id": product.id})
    order = env["sale.order"].create({"partner_id": customer.id, "order_line": [(0, 0, {"product_id": product.id})]})
    order.action_confirm()
    complaints = env["crm.complaint"].create(
        [
            {"name": "Squeaks", "partner_id": customer.id, "record_ref": f"{record._name},{record.id}"}
            for record in (order.picking_ids, repair)
        ]
    )
    assert dict(complaints._fields["record_ref"]._description_selection(env)).keys() == {
        "stock.picking",
        "repair.order",
    }
    assert [complaint.record_ref for complaint in complaints] == [order.picking_ids, repair]


def question_after_a_sale_at_the_desk(env, customer):
    """A rule for orders asks after a sale in the shop, too."""
    rule = env["crm.feedback.rule"].create(
        {
            "name": "After each order",
            "active": True,
            "delay": 0,
            "kind_ids": [(6, 0, env.ref("crm_werthaltigkeit.touchpoint_kind_order").ids)],
        }
    )
    rule.since = "2020-01-01"
    config = env["pos.config"].search([], limit=1) or env["pos.config"].create({"name": "Desk"})
    session = env["pos.session"].search([("config_id", "=", config.id), ("state", "!=", "closed")], limit=1)
    session = session or env["pos.session"].create({"config_id": config.id, "user_id": env.uid})
    env["pos.order"].create(
        {
            "session_id": session.id,
            "partner_id": customer.id,
            "company_id": env.company.id,
            "amount_tax": 0,
            "amount_total": 0,
            "amount_paid": 0,
            "amount_return": 0,
        }
    ).state = "paid"
    capture(env)
    found = env["crm.touchpoint"].search([("partner_id", "=", customer.id), ("res_model", "=", "pos.order")])
    assert len(found) == 1, found
    env.cr.commit()  # the job has a transaction of its own
    env.ref("crm_kundenbindung.ir_cron_feedback").method_direct_trigger()
    env.cr.commit()  # and what it wrote is seen from here on
    env.invalidate_all()
    requests = env["crm.feedback.request"].search([("touchpoint_id", "=", found.id)])
    assert len(requests) == 1, env["crm.feedback.engine"]._preview(rule)


def privacy_lookup_finds_everything(env, person):
    """Odoo's privacy lookup names every table of ours that holds something about the person."""
    wizard = env["privacy.lookup.wizard"].create({"name": person.name, "email": person.email})
    wizard.action_lookup()
    found = set(wizard.line_ids.mapped("res_model"))
    expected = {"crm.touchpoint", "crm.consent", "crm.complaint", "crm.outreach.recipient"}
    assert expected <= found, expected - found


def capture(env):
    env.flush_all()
    sources = env["crm.touchpoint.source"].search([])
    sources.filtered(lambda s: s.state == "missing").write({"state": "new"})
    env["crm.touchpoint.engine"]._run_all()
