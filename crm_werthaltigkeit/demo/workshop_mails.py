"""The mails of the demo workshop as Odoo stores them: offers, questions, answers, changes of state."""

from datetime import timedelta

from markupsafe import Markup

from odoo import Command

from . import workshop_texts as texts

QUOTATION_LAYOUT = "mail.mail_notification_layout_with_responsible_signature"


def create_mails(demo):
    """Offers by mail, questions and answers, enquiries that wait, and the changes of state that Odoo notes."""
    demo.messages, demo.moments_of_messages = [], []
    for item in demo.plans:
        author = item.order.user_id
        if item.sent == "mail":
            _offer_mail(demo, item, author)
        elif item.sent == "button":
            _state_note(demo, item.order, author, item.created, "sent", "sale.mt_order_sent")
        if item.sent and item.state == "sale":
            _state_note(demo, item.order, author, item.ordered, "sale", "sale.mt_order_confirmed")
        if item.state == "cancel":
            _state_note(demo, item.order, author, item.ordered, "cancel", "mail.mt_note")
        if item.customer.writer and demo.rng.random() < 0.1:
            moment = item.created + timedelta(hours=demo.rng.randint(1, 40))
            _dialogue(demo, item.order, item.customer.writer, author, moment)
    for lead in demo.leads:
        moment = demo.moments["crm_lead"][lead.id][0]
        if lead.email_from and demo.rng.random() < 0.75 and (lead.partner_id or demo.rng.random() < 0.6):
            _answer(demo, lead, lead.partner_id, lead.user_id, moment + timedelta(hours=demo.rng.randint(1, 50)))
    _waiting(demo)
    insert(demo)


def _offer_mail(demo, item, author):
    """The template's mail of a quotation, as Odoo's composer sends it."""
    name = f"{demo.company.name} Angebot (Ref. {item.order.name})"
    body = Markup("<p>Guten Tag,<br/>anbei unser Angebot {} über {:.2f}.</p>")
    body = body.format(item.order.name, item.order.amount_total)
    layout = {"email_layout_xmlid": QUOTATION_LAYOUT}
    _mail_out(demo, item.order, item.customer.writer, author, item.created, name, body, **layout)


def _dialogue(demo, record, writer, author, moment):
    """A question by mail and, mostly, the answer."""
    subject, text = demo.rng.choice(texts.QUESTIONS)
    _mail_in(demo, record, writer, moment, subject, text)
    if demo.rng.random() < 0.93:
        _answer(demo, record, writer, author, moment + timedelta(hours=demo.rng.randint(1, 30)), subject)


def _answer(demo, record, partner, author, moment, subject="Ihre Anfrage"):
    text = Markup("<p>{}</p>").format(demo.rng.choice(texts.ANSWERS))
    _mail_out(demo, record, partner, author, moment, f"Re: {subject}", text)


def _waiting(demo):
    """Questions of the last days that nobody has answered yet."""
    for number, customer in enumerate([c for c in demo.customers if c.writer and c.partner.active][:7]):
        subject, text = texts.QUESTIONS[number % len(texts.QUESTIONS)]
        moment = demo.now - timedelta(hours=5 + 19 * number)
        _mail_in(demo, customer.partner, customer.writer, moment, subject, text)


def note(demo, record, moment, author, **vals):
    if moment > demo.now:
        return
    demo.messages.append(
        {
            "model": record._name,
            "res_id": record.id,
            "date": moment,
            "record_company_id": demo.company.id,
            "author_id": author.id,
            "email_from": author.email_formatted or False,
            "reply_to": author.email_formatted or False,
            "message_id": f"<{len(demo.messages)}.{int(moment.timestamp())}@autohaus-sommer.example>",
            **vals,
        }
    )


def _mail_in(demo, record, writer, moment, subject, text):
    """A mail that the customer wrote, as the mail gateway stores it."""
    note(
        demo,
        record,
        moment,
        writer,
        message_type="email",
        subtype_id=demo.env.ref("mail.mt_comment").id,
        subject=subject,
        body=Markup("<p>{}</p>").format(text),
        incoming_email_to=demo.company.email,
    )


def _mail_out(demo, record, recipient, author, moment, subject, body, **vals):
    """A mail to a contact (with its notification) or, on a lead, to an address."""
    to = {"partner_ids": [Command.set(recipient.ids)]} if recipient else {"outgoing_email_to": record.email_from}
    note(
        demo,
        record,
        moment,
        author.partner_id,
        message_type="comment",
        subtype_id=demo.env.ref("mail.mt_comment").id,
        subject=subject,
        body=body,
        **to,
        **vals,
    )


def _state_note(demo, order, author, moment, state, subtype):
    """What tracking writes when the state of an order changes."""
    field = demo.env["ir.model.fields"]._get("sale.order", "state")
    labels = dict(demo.env["sale.order"]._fields["state"].selection)
    before = "draft" if state == "sent" else "sent"
    note(
        demo,
        order,
        moment,
        author.partner_id,
        message_type="notification",
        subtype_id=demo.env.ref(subtype).id,
        is_internal=demo.env.ref(subtype).internal,
        tracking_value_ids=[
            Command.create(
                {
                    "field_id": field.id,
                    "old_value_char": labels[before],
                    "new_value_char": labels[state],
                }
            )
        ],
    )


def insert(demo):
    """Create all messages and the notifications of those that were sent."""
    demo.messages.sort(key=lambda vals: vals["date"])
    recipients = [
        ([("res_partner_id", i) for i in vals["partner_ids"][0][2]] if vals.get("partner_ids") else [])
        + ([("mail_email_address", vals["outgoing_email_to"])] if vals.get("outgoing_email_to") else [])
        for vals in demo.messages
    ]
    messages = demo.add("mail.message", demo.messages)
    users = {user.partner_id: user for user in demo.users.values()}
    notifications = []
    for message, to in zip(messages, recipients, strict=True):
        demo.backdate(message, message.date, users.get(message.author_id))
        for field, recipient in to:
            notifications.append(
                {
                    "author_id": message.author_id.id,
                    "mail_message_id": message.id,
                    field: recipient,
                    "notification_type": "email",
                    "notification_status": "sent",
                    "is_read": True,
                }
            )
    demo.add("mail.notification", notifications)
