"""The workshop's customer card has tiers, and customers recommend it to others: at every stage there is somebody."""

from datetime import timedelta
from random import Random

from odoo import fields
from odoo.tools import SQL

from .workshop_points import PROGRAM

SEED = 1913
TIERS = (("Bronze", 0, 1.0), ("Silber", 1000, 1.25), ("Gold", 3000, 1.5))
SWITCHES = ("group_kundenbindung_tier", "group_kundenbindung_referral")
PROSPECTS = (
    ("Jens Petersen", "jens.petersen@example.com", "0431 5550181"),
    ("Svenja Harms", "svenja.harms@example.com", "0431 5550182"),
    ("Tischlerei Boysen", "kontakt@tischlerei-boysen.example", "04342 5550183"),
    ("Ole Christiansen", "ole.christiansen@example.com", ""),
)


def generate(env):
    """Give the customer card tiers and referrals, once; return whether anything was generated."""
    env = env(
        su=True,
        context=dict(env.context, tracking_disable=True, mail_create_nolog=True, loyalty_no_mail=True, lang="en_US"),
    )
    company = env.company
    program = env["loyalty.program"].search([("name", "=", PROGRAM), ("company_id", "=", company.id)], limit=1)
    if not program or program.tier_ids:
        return False
    for name in SWITCHES:
        env.ref("base.group_user").implied_ids |= env.ref(f"crm_kundenbindung.{name}")
    _create_tiers(env, company, program)
    _let_some_fall(env, company, program)
    program.write({"referral_active": True, "referral_points_referrer": 300, "referral_points_new": 150})
    _refer_newcomers(env, company, Random(SEED))
    _refer_prospects(env, company)
    _refuse_some(env, company)
    env["crm.touchpoint.engine"]._run_all()
    return True


def _create_tiers(env, company, program):
    """Bronze, silver and gold by revenue of 12 months, with a reward from silver on."""
    silver = env["loyalty.tier"].create(
        [
            {
                "name": name,
                "program_id": program.id,
                "company_id": company.id,
                "threshold": threshold,
                "multiplier": multiplier,
            }
            for name, threshold, multiplier in TIERS
        ]
    )[1]
    program.reward_ids = [
        (0, 0, {
            "discount_mode": "per_order", "discount": 30, "required_points": 600, "tier_id": silver.id,
            "description": "Ersatzwagen für einen Tag",
        })
    ]  # fmt: skip
    env["loyalty.tier.engine"]._compute(company)


def _let_some_fall(env, company, program):
    """Some had a higher tier until last year: three wait for a person's word, two are in their grace period."""
    members = env["loyalty.tier.member"].search(
        [("program_id", "=", program.id), ("next_tier_id", "!=", False)], order="figure desc, id", limit=12
    )
    today = company._werthaltigkeit_today()
    fallen = members[1:12:2][:5]
    for number, member in enumerate(fallen):
        member._change(member.next_tier_id, "upgrade")
        member.below_since = today - timedelta(days=(130, 112, 97, 40, 12)[number])
    env["loyalty.tier.engine"]._compute(company)
    # Tiers were not reached all on one day.
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            UPDATE loyalty_tier_history SET date = date - (30 + (id * 37) %% 300)::int
             WHERE program_id = %s AND company_id = %s
            """,
            program.id,
            company.id,
        )
    )
    env.cr.execute(
        SQL(
            """
            UPDATE loyalty_tier_member m SET since = h.date
              FROM (SELECT partner_id, to_tier_id, max(date) AS date FROM loyalty_tier_history WHERE program_id = %s GROUP BY 1, 2) h
             WHERE h.partner_id = m.partner_id AND h.to_tier_id = m.tier_id AND m.program_id = %s
            """,
            program.id,
            program.id,
        )
    )
    env.invalidate_all()


def _referrers(env, company):
    """Customers with a high tier, the best first."""
    members = env["loyalty.tier.member"].search(
        [("company_id", "=", company.id), ("tier_id.threshold", ">", 0)], order="figure desc, id", limit=12
    )
    return members.partner_id


def _refer_newcomers(env, company, random):
    """Who became a customer of late was recommended: rewarded where the first order is invoiced."""
    since = company._werthaltigkeit_today() - timedelta(days=170)
    values = env["crm.customer.value"].search(
        [("company_id", "=", company.id), ("first_order_date", ">=", since), ("partner_id", "!=", False)],
        order="first_order_date, id",
    )
    referrers = _referrers(env, company)
    for number, value in enumerate(values[:9]):
        partner = value.partner_id
        if partner in referrers or not referrers:
            continue
        named = fields.Datetime.to_datetime(value.first_order_date) - timedelta(days=random.randint(1, 14), hours=-10)
        referral = env["crm.referral"]._enter(
            referrers[number % len(referrers)],
            company,
            partner_id=partner.id,
            contact_name=partner.name,
            email=partner.email,
            phone=partner.phone,
            named_on=named,
            user_id=partner.user_id.id,
        )
        if referral.rewarded_on:
            referral.rewarded_on = named + timedelta(days=random.randint(15, 25))


def _refer_prospects(env, company):
    """The latest came by the link and have not bought yet."""
    referrers = _referrers(env, company)
    for number, (name, email, phone) in enumerate(PROSPECTS):
        if not referrers:
            return
        referrer = referrers[-1 - number % len(referrers)]
        named = fields.Datetime.now() - timedelta(days=2 + 5 * number, hours=number)
        lead = env["crm.lead"].browse()
        if number < 3:
            lead = env["crm.lead"].create(
                {
                    "name": f"Empfehlung von {referrer.name}",
                    "type": "opportunity",
                    "contact_name": name,
                    "email_from": email,
                    "phone": phone,
                    "company_id": company.id,
                    "user_id": referrer.user_id.id,
                    "source_id": env.ref("crm_kundenbindung.utm_source_referral").id,
                }
            )
        env["crm.referral"]._enter(
            referrer,
            company,
            lead_id=lead.id,
            contact_name=name,
            email=email,
            phone=phone,
            named_on=named,
            origin="page" if lead else "person",
            consented_on=named if lead else False,
        )


def _refuse_some(env, company):
    """One tried with the own address, one customer was known for long."""
    referrers = _referrers(env, company).filtered("email")
    if len(referrers) < 2:
        return
    own, other = referrers[0], referrers[1]
    env["crm.referral"]._enter(own, company, contact_name="Zweitwagen", email=own.email)
    env["crm.referral"]._enter(own, company, partner_id=other.id, contact_name=other.name, email=other.email)
