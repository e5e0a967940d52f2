"""Run inside `odoo shell` by test_measures.py: a measure with many customers, treated by a job that gets killed.

Each function gets the environment and a dict of arguments, and returns what the test wants to know.
"""

from datetime import timedelta

QUIET = {"tracking_disable": True, "mail_create_nolog": True, "mail_notrack": True}


def prepare(env, args):
    """A running measure whose treated customers wait; the control group is a fifth."""
    env = env(context=dict(env.context, **QUIET))
    company = env.company.root_id
    company.kundenbindung_measure_minimum = 0
    env["loyalty.program"].search([]).write({"active": False})
    partners = env["res.partner"].create(
        [{"name": f"Customer {n}", "email": f"customer{n}@example.com"} for n in range(args["customers"])]
    )
    treatment = args["treatment"]
    if treatment == "mail":
        env["crm.consent"].create([{"partner_id": p.id, "purpose": "mail", "state": "given"} for p in partners])
    group = env["crm.customer.group"].create(
        {"name": "All of them", "kind": "picked", "partner_ids": [(6, 0, partners.ids)]}
    )
    today = company._werthaltigkeit_today()
    measure = env["crm.measure"].create(
        {
            "name": "Killed",
            "instrument_id": env.ref("crm_kundenbindung.measure_instrument_direct").id,
            "group_id": group.id,
            "date_start": today,
            "date_end": today + timedelta(days=30),
            "seed": 7,
            **_treatment(env, treatment),
        }
    )
    measure.action_approve()
    measure.action_start()
    measure.action_treat()
    if treatment == "mail":
        outreach = measure.outreach_id
        outreach.write({"subject": "Come again", "body": "<p>Hello</p>"})
        outreach.action_check()
        outreach.action_send()
    env.cr.commit()
    return {"measure": measure.id, "treatment": treatment}


def _treatment(env, treatment):
    if treatment == "mail":
        return {"treatment": "outreach", "outreach_channel": "mail"}
    if treatment == "activity":
        return {"treatment": "activity", "task_type_id": env.ref("mail.mail_activity_data_call").id}
    loyalty = treatment == "points"
    program = env["loyalty.program"].create(
        {
            "name": "Killed",
            "program_type": "loyalty" if loyalty else "coupons",
            "applies_on": "both" if loyalty else "current",
            "trigger": "auto" if loyalty else "with_code",
            "rule_ids": [(5, 0, 0)],
            "reward_ids": [(5, 0, 0), (0, 0, {"discount_mode": "percent", "discount": 10, "required_points": 1})],
        }
    )
    return {"treatment": "reward", "program_id": program.id, "points": 3}


def run_job(env, args):
    """Run the job, saying after each batch that it is committed; the test kills the process."""
    cron = type(env["ir.cron"])
    commit = cron._commit_progress

    def say(self, *arguments, **keywords):
        result = commit(self, *arguments, **keywords)
        print("COMMITTED", flush=True)
        return result

    cron._commit_progress = say
    _run(env, args)
    return True


def _run(env, args):
    """What the cron does."""
    if args["treatment"] == "mail":
        env["crm.outreach"]._cron_send()
    else:
        env["crm.measure"]._cron_treat()
    env.cr.commit()


def run_to_the_end(env, args):
    """Without anybody killing it; crons stop after a while and are called again."""
    for _round in range(200):
        _run(env, args)
        if not _waiting(env, args["measure"]):
            break
    env["crm.measure.treatment.engine"]._sync()
    env.cr.commit()
    return True


def _waiting(env, measure_id):
    measure = env["crm.measure"].browse(measure_id)
    if measure.treatment == "outreach":
        return measure.outreach_id.waiting_count
    return len(measure._to_treat(1))


def check(env, args):
    """How often each participant was treated, counted from what reached them, not from what the measure noted."""
    measure = env["crm.measure"].browse(args["measure"])
    key, found = {
        "mail": (
            "r.email_normalized",
            "SELECT lower(substring(q.email_to from '<(.*)>')) AS who FROM mail_mail q"
            " JOIN mail_message m ON m.id = q.mail_message_id WHERE m.subject = 'Come again'",
        ),
        "activity": (
            "r.id",
            "SELECT res_id AS who FROM mail_activity WHERE res_model = 'res.partner' AND summary = 'Killed'",
        ),
        "coupon": ("r.id", "SELECT partner_id AS who FROM loyalty_card WHERE program_id = %(program)s"),
        "points": (
            "r.id",
            "SELECT c.partner_id AS who FROM loyalty_ledger l JOIN loyalty_card c ON c.id = l.card_id"
            " WHERE l.program_id = %(program)s AND l.amount = 3",
        ),
    }[args["treatment"]]
    env.cr.execute(
        f"""
        WITH counted AS (
            SELECT p.arm, p.treated_on, p.activity_id, COALESCE(h.n, 0) AS n
              FROM crm_measure_participant p JOIN res_partner r ON r.id = p.partner_id
         LEFT JOIN (SELECT who, count(*) AS n FROM ({found}) f GROUP BY who) h ON h.who = {key}
             WHERE p.measure_id = %(measure)s)
        SELECT count(*) FILTER (WHERE arm = 'treated'), count(*) FILTER (WHERE arm = 'treated' AND n = 1),
               count(*) FILTER (WHERE n > 1), count(*) FILTER (WHERE arm = 'control' AND n > 0),
               count(*) FILTER (WHERE treated_on IS NOT NULL OR activity_id IS NOT NULL) FROM counted
        """,
        {"measure": measure.id, "program": measure.program_id.id},
    )
    return dict(zip(("treated", "once", "twice", "control", "noted"), env.cr.fetchone(), strict=True))
