"""Generates a demo: the invented car workshop "Autohaus Sommer & Söhne" with three years of customer contacts.

The same every time, except that all dates are counted back from today. Records are made by the ORM as people and
Odoo would make them; their creation moments are set afterwards, since the history of a customer shows when an offer
was made, not when the demo was.
"""

import logging
import random
from collections import defaultdict
from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tools import SQL

from . import workshop_assessments, workshop_contacts, workshop_history, workshop_mails, workshop_people, workshop_sales

_logger = logging.getLogger(__name__)

SEED = 1907
PARAMETER = "crm_werthaltigkeit.demo_workshop"
SWITCHES = ("data_care", "recommendation")  # areas that the workshop shows
QUIET = {
    "lang": "en_US",
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_notrack": True,
    "no_reset_password": True,
    "no_mail_to_attendees": True,
    "dont_notify": True,
}


def generate(env):
    """Generate the workshop in the current company, once; return whether anything was generated."""
    parameters = env["ir.config_parameter"].sudo()
    if parameters.get_param(PARAMETER):
        return False
    demo = Demo(env)
    for step in (
        prepare_company,
        workshop_people.create_users,
        confirm_rates,
        workshop_people.create_customers,
        workshop_sales.create_products,
        workshop_sales.create_orders,
        workshop_sales.create_returns,
        workshop_sales.create_invoices,
        workshop_contacts.create_leads,
        workshop_mails.create_mails,
        workshop_contacts.create_meetings,
        workshop_contacts.create_activities,
        workshop_contacts.create_ratings,
        workshop_history.create_touchpoints,
        workshop_history.create_consents,
        apply_backdating,
        run_engines,
        workshop_history.annotate_returns,
        workshop_history.override_classes,
        workshop_assessments.create_assessments,
    ):
        start = datetime.now()
        step(demo)
        env.flush_all()
        _logger.info("demo workshop: %s took %.1f s", step.__name__, (datetime.now() - start).total_seconds())
    parameters.set_param(PARAMETER, fields.Date.to_string(demo.today))
    return True


class Demo:
    """What the steps share: environment, random numbers, today, and what was created so far."""

    def __init__(self, env):
        company = env.company
        self.env = env(su=True, context=dict(env.context, allowed_company_ids=company.ids, **QUIET))
        self.company = self.env.company
        self.rng = random.Random(SEED)
        self.today = fields.Date.today()
        self.start = self.today - relativedelta(years=3) + timedelta(days=3)
        self.now = fields.Datetime.now()
        self.moments = defaultdict(dict)
        self.users, self.teams, self.sources, self.products = {}, {}, {}, {}
        self.customers, self.plans, self.leads = [], [], []

    def add(self, model, vals_list):
        return self.env[model].create(vals_list)

    def find_or_create(self, model, name):
        """For models whose names are unique."""
        return self.env[model].search([("name", "=", name)], limit=1) or self.add(model, [{"name": name}])

    def channel(self, code):
        return self.env.ref(f"crm_werthaltigkeit.touchpoint_channel_{code}")

    def kind(self, code):
        return self.env.ref(f"crm_werthaltigkeit.touchpoint_kind_{code}")

    def moment(self, day, hours=(6, 15)):
        """A moment of that day within the opening hours (UTC), never in the future."""
        start, end = hours
        moment = datetime.combine(day, time(start)) + timedelta(minutes=self.rng.randrange((end - start) * 60))
        return min(moment, self.now)

    def working_day(self, day):
        """The day itself, or the Monday after a weekend; never in the future."""
        return min(day + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()]), self.today)

    def analyze(self, *models):
        """Tell the planner what this transaction added: some queries of Odoo take minutes on stale statistics."""
        self.env.flush_all()
        for model in models:
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(self.env[model]._table)))

    def backdate(self, records, moment, user=None, **columns):
        """Remember to set create_date (and create_uid, or other columns) at the end, in one UPDATE per table."""
        for record in records:
            self.moments[record._table][record.id] = (moment, user and user.id, columns.get("write_date"))


def prepare_company(demo):
    """Give a company that nobody named or used yet the workshop's name; settings of the addon in any case."""
    company = demo.company
    used = demo.env["sale.order"].search_count([("company_id", "=", company.id)], limit=1)
    if not used and company.name == "My Company":
        company.write(
            {
                "name": "Autohaus Sommer & Söhne",
                "street": "Industriestraße 12",
                "zip": "37079",
                "city": "Göttingen",
                "email": "info@autohaus-sommer.example",
                "phone": "+49 30 23125100",
                "website": "https://autohaus-sommer.example",
            }
        )
    employees = demo.env.ref("base.group_user")
    for switch in SWITCHES:
        employees._apply_group(demo.env.ref(f"crm_werthaltigkeit.group_werthaltigkeit_{switch}"))
    company.werthaltigkeit_cost_known_since = demo.today - relativedelta(years=3)


def confirm_rates(demo):
    """The manager found the rates of a contact right, some months ago; handling costs something, too."""
    for code, cost in (("return", 12.0), ("complaint", 25.0)):
        demo.kind(code).with_company(demo.company.root_id).handling_cost = cost
    demo.company.root_id.write(
        {
            "werthaltigkeit_rates_confirmed_on": demo.today - relativedelta(months=5),
            "werthaltigkeit_rates_confirmed_by": demo.users["sabine"].id,
        }
    )


def apply_backdating(demo):
    """Set the moments and authors of creation, one UPDATE per table."""
    demo.env.flush_all()
    for table, moments in demo.moments.items():
        rows = SQL(", ").join(
            SQL("(%s, %s::timestamp, %s::int, %s::timestamp)", record_id, *values)
            for record_id, values in moments.items()
        )
        demo.env.cr.execute(
            SQL(
                """UPDATE %(table)s t
                  SET create_date = v.moment,
                      create_uid = COALESCE(v.uid, t.create_uid),
                      write_date = COALESCE(v.changed, t.write_date)
                 FROM (VALUES %(rows)s) v (id, moment, uid, changed) WHERE t.id = v.id""",
                table=SQL.identifier(table),
                rows=rows,
            )
        )
    demo.env.invalidate_all()


def run_engines(demo):
    """Build history and values. What sources had read already is read again: the moments changed."""
    sources = demo.env["crm.touchpoint.source"].search([("state", "=", "live")])
    sources.write({"state": "new", "last_id": 0, "watermark": False})
    demo.env["crm.touchpoint.engine"]._run_all()
    demo.env["crm.value.engine"]._rebuild(demo.company.root_id)
    for kind in SWITCHES:
        demo.env["crm.computation"]._compute_now(kind, demo.company.root_id)
