"""The workshop's products, orders, offers, invoices, credit notes and payments."""

from datetime import timedelta

from odoo import Command

from . import workshop_plan as plan
from . import workshop_texts as texts

INVOICED_DAYS = 100  # invoices are made one by one, which takes its time
PRICE_RISE = 0.035  # a year
ACCOUNTING = ("account.move", "account.move.line", "account.payment", "account.partial.reconcile")


def create_products(demo):
    """Labour and parts with price and cost."""
    category = demo.add("product.category", [{"name": "Werkstatt"}])
    products = demo.add(
        "product.product",
        [
            {
                "name": name,
                "default_code": code,
                "type": kind,
                "list_price": price,
                "standard_price": cost,
                "categ_id": category.id,
                "invoice_policy": "order",
            }
            for code, (name, kind, price, cost) in texts.PRODUCTS.items()
        ],
    )
    demo.products = {product.default_code: product for product in products}
    demo.backdate(products, demo.moment(demo.start - timedelta(days=30)))
    demo.backdate(products.product_tmpl_id, demo.moment(demo.start - timedelta(days=30)))


def create_orders(demo):
    """Orders of three years, and offers that came to nothing or still wait."""
    demo.plans = sorted([*_visits(demo), *_wishes(demo)], key=lambda item: item.created)
    names = sorted({p.campaign for p in demo.plans if p.campaign})
    campaigns = {name: demo.find_or_create("utm.campaign", name) for name in names}
    seen = set()
    vals_list = []
    for item in demo.plans:
        first = item.customer.partner.id not in seen
        seen.add(item.customer.partner.id)
        vals_list.append(_order_vals(demo, item, campaigns, first))
    orders = demo.add("sale.order", vals_list)
    # Confirmed afterwards, all at once: a line added to a confirmed order would post a message each.
    for state in ("sale", "sent", "cancel"):
        due = [order.id for order, item in zip(orders, demo.plans, strict=True) if item.state == state]
        orders.browse(due).write({"state": state})
    for item, order in zip(demo.plans, orders, strict=True):
        item.order = order
        changed = {"write_date": item.ordered} if item.state == "cancel" else {}
        demo.backdate(order, item.created, order.user_id or None, **changed)
        demo.backdate(order.order_line, item.created)
    demo.analyze("sale.order", "sale.order.line")


def _visits(demo):
    rng = demo.rng
    for customer in demo.customers:
        for day in plan.visits(rng, customer.behaviour, demo.today):
            day = max(demo.working_day(day), demo.start)
            found = plan.jobs(rng, customer.behaviour, day)
            ordered = demo.moment(day)
            big = {"belt", "body", "shocks", "all_season"} & set(found)
            offered = rng.random() < (0.6 if big else 0.12)
            vehicles = plan.vehicles(rng, customer.behaviour, customer.firm)
            item = plan.Plan(customer, ordered, ordered, plan.lines(rng, found, vehicles))
            if offered:
                item.created = max(demo.moment(day - timedelta(days=rng.randint(1, 6))), demo.moment(demo.start))
                item.created = min(item.created, ordered)
                item.sent = "mail" if customer.writer and rng.random() < 0.75 else "button"
            item.discount, item.campaign = plan.discount(rng, customer.behaviour, day)
            if customer.behaviour == "bargain":
                item.price_factor = 0.74  # below cost: the price of the internet shop that they show
            item.returned = rng.random() < (0.25 if customer.behaviour == "bargain" else 0.05)
            yield item


def _wishes(demo):
    """Offers for what people dream of: few are ordered, some wait, most were called off."""
    rng = demo.rng
    for customer in demo.customers:
        if customer.behaviour == "once" or rng.random() > 0.42:
            continue
        age = rng.choice((rng.randint(1, 30), rng.randint(30, 900)))
        created = demo.moment(demo.working_day(demo.today - timedelta(days=age)))
        wished = rng.sample(texts.WISHES, rng.choice((1, 1, 2)))
        item = plan.Plan(customer, created, created, [(code, 1) for code in wished])
        item.sent = "mail" if customer.writer else "button"
        chance = rng.random()
        if chance < 0.12 and age > 30:
            item.ordered = created + timedelta(days=rng.randint(2, 20))
        elif age <= 30 or chance < 0.4:
            item.state = "sent"
        else:
            item.state = "cancel"
            item.ordered = created + timedelta(days=min(rng.randint(5, 30), age))
        yield item


def _order_vals(demo, item, campaigns, first):
    partner = item.customer.partner
    years = (demo.today - item.created.date()).days / 365
    prices = {code: (price, cost) for code, (_name, _kind, price, cost) in texts.PRODUCTS.items()}
    rise = (1 - PRICE_RISE) ** years
    order_lines = []
    for code, quantity in item.lines:
        price, cost = prices[code]
        order_lines.append(
            Command.create(
                {
                    "product_id": demo.products[code].id,
                    "product_uom_qty": quantity,
                    "price_unit": round(price * rise * item.price_factor, 2),
                    "purchase_price": round(cost * rise, 2),
                    "discount": item.discount,
                    "analytic_distribution": False,
                }
            )
        )
    user = partner.user_id or demo.users["tobias"]
    return {
        "partner_id": partner.id,
        "company_id": demo.company.id,
        "user_id": user.id,
        "team_id": demo.teams["fleets" if item.customer.firm else "workshop"].id,
        "date_order": item.ordered if item.state == "sale" else item.created,
        "campaign_id": campaigns[item.campaign].id if item.campaign else False,
        "source_id": partner.werthaltigkeit_awareness_id.id if first else False,
        "order_line": order_lines,
    }


def create_returns(demo):
    """What came back before there were credit notes in this company, if there are any at all."""
    since = _invoiced_since(demo)
    _return_in_orders(demo, [p for p in demo.plans if p.returned and (not since or p.ordered.date() < since)])


def _invoiced_since(demo):
    """Return the first day with invoices; None where the company has no chart of accounts."""
    journal = demo.env["account.journal"].search([("type", "=", "sale"), ("company_id", "=", demo.company.id)], limit=1)
    return demo.today - timedelta(days=INVOICED_DAYS) if journal else None


def create_invoices(demo):
    """Invoice the orders of the last months, one invoice per customer and week, and credit what came back."""
    since = _invoiced_since(demo)
    if not since:
        return
    recent = [p for p in demo.plans if p.state == "sale" and since <= p.ordered.date() and p.order.amount_untaxed > 0]
    weeks = {}
    for item in recent:
        day = item.ordered.date()
        weeks.setdefault(min(day + timedelta(days=6 - day.weekday()), demo.today), []).append(item.order.id)
    invoices = demo.env["account.move"]
    for day, order_ids in sorted(weeks.items()):
        demo.analyze(*ACCOUNTING)
        orders = demo.env["sale.order"].browse(order_ids).with_context(default_invoice_date=day)
        invoices |= orders._create_invoices().with_env(demo.env)
    for invoice in invoices:
        demo.backdate(invoice, demo.moment(invoice.invoice_date, (15, 16)), invoice.invoice_user_id or None)
    demo.analyze(*ACCOUNTING)
    invoices.sorted(lambda i: (i.invoice_date, i.id))._post(soft=False)
    demo.analyze(*ACCOUNTING)
    credited = _credit(demo, [p for p in recent if p.returned])
    _pay(demo, invoices - credited)


def _return_in_orders(demo, plans):
    """Goods taken back as an order of its own with a negative quantity."""
    vals_list, moments = [], []
    for item in plans:
        line = item.order.order_line.filtered(lambda l: l.product_id.type == "consu")[:1]
        if not line:
            continue
        moments.append(demo.moment(demo.working_day(item.ordered.date() + timedelta(days=demo.rng.randint(3, 20)))))
        vals_list.append(
            {
                "partner_id": item.order.partner_id.id,
                "company_id": demo.company.id,
                "user_id": item.order.user_id.id,
                "team_id": item.order.team_id.id,
                "date_order": moments[-1],
                "origin": item.order.name,
                "order_line": [
                    Command.create(
                        {
                            "product_id": line.product_id.id,
                            "product_uom_qty": -1,
                            "price_unit": line.price_unit,
                            "purchase_price": line.purchase_price,
                            "discount": line.discount,
                        }
                    )
                ],
            }
        )
    orders = demo.add("sale.order", vals_list)
    orders.write({"state": "sale"})
    for order, moment in zip(orders, moments, strict=True):
        demo.backdate(order, moment, order.user_id)
        demo.backdate(order.order_line, moment)


def _credit(demo, plans):
    """Credit one part each: it did not fit, was defective, or was never used. Return the invoices."""
    parts = {}
    for item in plans:
        invoice = item.order.invoice_ids
        part = invoice.invoice_line_ids.filtered(lambda l: l.product_id.type == "consu")[:1]
        if part and invoice not in parts:
            parts[invoice] = part
    if not parts:
        return demo.env["account.move"]
    days = [min(i.invoice_date + timedelta(days=demo.rng.randint(3, 18)), demo.today) for i in parts]
    invoices = demo.env["account.move"].concat(*parts)
    credits = invoices._reverse_moves(
        [{"invoice_date": day, "date": day, "ref": i.name} for day, i in zip(days, invoices, strict=True)]
    )
    kept = demo.env["account.move.line"]
    for credit, part in zip(credits, parts.values(), strict=True):
        kept |= credit.invoice_line_ids.filtered(lambda l, part=part: l.product_id == part.product_id)[:1]
    (credits.invoice_line_ids - kept).unlink()
    kept.quantity = 1
    credits._post(soft=False)
    for credit in credits:
        demo.backdate(credit, demo.moment(credit.invoice_date), credit.invoice_user_id or None)
    return invoices


def _pay(demo, invoices):
    """A part of the recent invoices was paid by bank transfer, some still wait."""
    paid = invoices.filtered(lambda i: 20 < (demo.today - i.invoice_date).days < 150 and demo.rng.random() < 0.2)
    for day, group in paid.grouped(lambda i: i.invoice_date.replace(day=1) + timedelta(days=45)).items():
        day = min(day, demo.today)
        wizard = demo.env["account.payment.register"].with_context(active_model="account.move", active_ids=group.ids)
        payments = wizard.create({"payment_date": day, "group_payment": False})._create_payments()
        demo.analyze(*ACCOUNTING)
        demo.backdate(payments, demo.moment(day))
