"""The workshop's customer groups: the shipped ones, one picked by hand, who moved this month, and birthdays."""

from datetime import timedelta
from random import Random

SEED = 1907
PICKED = "Fuhrparks und Taxiunternehmen"


def generate(env):
    """Generate the groups of the workshop once; return whether anything was generated."""
    company = env.company
    groups = env["crm.customer.group"].with_context(active_test=False)
    if groups.search_count([("name", "=", PICKED), ("company_id", "=", company.id)], limit=1):
        return False
    _give_birthdays(env, Random(SEED), company)
    fleets = env["res.partner"].search([("is_company", "=", True), ("parent_id", "=", False)], order="id", limit=12)
    groups.create(
        {
            "name": PICKED,
            "description": "Mehrere Fahrzeuge, ein Ansprechpartner: werden vom Meister persönlich betreut.",
            "kind": "picked",
            "partner_ids": [(6, 0, fleets.ids)],
            "sequence": 5,
        }
    )
    env["crm.customer.group.template"]._provide(company)
    engine = env["crm.customer.group.engine"]
    engine._refresh_company(company)
    _move(env, company)
    engine._refresh_company(company)
    return True


def _give_birthdays(env, random, company):
    """Half of the private customers told their birthday."""
    persons = env["res.partner"].search(
        [("is_company", "=", False), ("parent_id", "=", False), ("user_ids", "=", False)], order="id"
    )
    today = company._werthaltigkeit_today()
    for person in persons[::2]:
        person.kundenbindung_birthday = today.replace(year=random.randint(1948, 2004), month=random.randint(1, 12), day=random.randint(1, 28))  # fmt: skip


def _move(env, company):
    """Who would have come to the new customers this month, and who would have left them, had the group been there."""
    group = env["crm.customer.group"].search(
        [
            ("company_id", "=", company.id),
            ("template_id", "=", env.ref("crm_kundenbindung.customer_group_template_new").id),
        ]
    )
    today = company._werthaltigkeit_today()
    month = today.replace(day=1) - timedelta(days=31)
    values = env["crm.customer.value"].search(
        [("company_id", "=", company.id), ("first_order_date", ">=", month - timedelta(days=90))]
    )
    moves = []
    for value in values:
        first, left = value.first_order_date, value.first_order_date + timedelta(days=91)
        if month <= first <= today:
            moves.append((value.partner_id.id, first, "joined"))
        if month <= left <= today:
            moves.append((value.partner_id.id, left, "left"))
    env["crm.customer.group.move"].sudo().create(
        [
            {"group_id": group.id, "company_id": company.id, "partner_id": partner, "date": day, "kind": kind}
            for partner, day, kind in moves
            if partner
        ]
    )
    for member in group.sudo().member_ids:
        first = env["crm.customer.value"].search(
            [("partner_id", "=", member.partner_id.id), ("company_id", "=", company.id)], limit=1
        )
        member.since = first.first_order_date or member.since
