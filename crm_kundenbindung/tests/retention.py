from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import new_test_user
from odoo.tools import SQL

from odoo.addons.crm_werthaltigkeit.tests.common import WerthaltigkeitCase


class RetentionCase(WerthaltigkeitCase):
    """Customers whose value rows are written as a computation would leave them, in a company without others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.cr.execute(
            "DELETE FROM crm_next_action; DELETE FROM crm_retention; DELETE FROM crm_retention_history; DELETE FROM crm_customer_value"
        )
        cls.env.invalidate_all()
        cls.retention = cls.env["crm.retention.engine"]
        cls.today = cls.company._werthaltigkeit_today()
        cls.seller = new_test_user(cls.env, "retention_seller", groups="sales_team.group_sale_salesman")

    @classmethod
    def _days_ago(cls, days):
        return cls.today - relativedelta(days=days)

    @classmethod
    def _buyer(cls, name, last=None, purchases=1, interval=0, company=None, **vals):
        """A customer who bought `purchases` times, each `interval` days, and last `last` days ago."""
        partner = vals.pop("partner", None) or cls.env["res.partner"].create({"name": name})
        first = last + interval * (purchases - 1) if last is not None else None
        cls.env["crm.customer.value"].sudo().create(
            {
                "partner_id": partner.id,
                "company_id": (company or cls.company).id,
                "currency_id": cls.company.currency_id.id,
                "last_order_date": last is not None and cls._days_ago(last),
                "first_order_date": last is not None and cls._days_ago(first),
                "purchase_days": purchases if last is not None else 0,
                "purchase_days_ever": purchases if last is not None else 0,
                "mean_interval": interval if purchases > 1 else False,
                "rank_basis": "db1",
                "margin_known": True,
                "margin_mean": 100.0,
                "revenue_mean": 250.0,
                "revenue": 250.0 * purchases,
                "db2": 100.0 * purchases,
                **vals,
            }
        )
        if "margin_at_risk" not in vals:  # unknown is NULL, which the ORM does not write
            cls._forget(partner, "margin_at_risk", "probability_active", "expected_db", "expected_revenue")
        return partner

    @classmethod
    def _forget(cls, partner, *names):
        cls.env.flush_all()
        columns = SQL(", ").join(SQL("%s = NULL", SQL.identifier(name)) for name in names)
        cls.env.cr.execute(SQL("UPDATE crm_customer_value SET %s WHERE partner_id = %s", columns, partner.id))
        cls.env["crm.customer.value"].invalidate_model(flush=False)

    @classmethod
    def _buys(cls, partner, days_ago=0):
        """Another purchase, as the values would say after it."""
        value = cls._value(partner)
        count = value.purchase_days_ever + 1
        last = cls._days_ago(days_ago)
        value.sudo().write(
            {
                "last_order_date": last,
                "first_order_date": value.first_order_date or last,
                "purchase_days_ever": count,
                "purchase_days": count,
                "mean_interval": (last - (value.first_order_date or last)).days / max(count - 1, 1),
            }
        )

    @classmethod
    def _run(cls, company=None):
        cls.retention._run(company or cls.company)
        cls.env.invalidate_all()

    @classmethod
    def _row(cls, partner, company=None):
        return cls.env["crm.retention"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", (company or cls.company).id)]
        )

    def _stage(self, partner):
        return self._row(partner).stage_id.code

    @classmethod
    def _stage_row(cls, code):
        return cls.env.ref(f"crm_kundenbindung.retention_stage_{code}")

    def _changes(self, partner):
        rows = self.env["crm.retention.history"].search([("partner_id", "=", partner.id)], order="id")
        return [(row.from_stage_id.code or None, row.to_stage_id.code) for row in rows]

    @classmethod
    def _action(cls, partner, *states):
        return cls.env["crm.next.action"].search(
            [("partner_id", "=", partner.id), ("state", "in", states or ("open",))]
        )

    @classmethod
    def _assign(cls, partner, user):
        partner.user_id = user
        cls._value(partner).sudo().user_id = user

    @classmethod
    def _object(cls, partner):
        return cls.env["crm.consent"].create(
            {"partner_id": partner.id, "purpose": "profiling", "state": "withdrawn", "date": fields.Datetime.now()}
        )
