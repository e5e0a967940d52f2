from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class CrmCustomerMonth(models.Model):
    """What a customer bought in a month, and how long that was after the first purchase: the cells of the cohorts.

    Written by `crm.customer.month.engine` alone, from the definitions of gross, return, cost and purchase.
    """

    _name = "crm.customer.month"
    _description = "Cohorts"
    _order = "month desc, id"
    _rec_name = "partner_id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, ondelete="set null", index="btree_not_null", aggregator=None
    )
    buyer_id = fields.Many2one(
        "res.partner",
        "Customers",
        readonly=True,
        ondelete="set null",
        help="The customer, where there was a purchase: counted, each once.",
    )
    cohort = fields.Date("First Purchase", required=True, readonly=True, help="First day of that month.")
    month = fields.Date(required=True, readonly=True, help="First day of the month.")
    months_since = fields.Integer(readonly=True, aggregator=None)
    quarters_since = fields.Integer(readonly=True, aggregator=None)
    purchases = fields.Integer(readonly=True, help="Distinct days with a purchase.")
    revenue = fields.Monetary(readonly=True)
    db1 = fields.Monetary("CM I", readonly=True, help="Where enough costs are known.")
    db1_known = fields.Boolean("CM I Known", readonly=True)

    _customer_month_uniq = models.Constraint("UNIQUE(company_id, partner_id, month)", "A customer has one row a month.")
    _cohort_idx = models.Index("(company_id, cohort)")

    @api.model
    @api.readonly
    def get_cohorts(self, interval="quarter", group_id=None):
        """Return the newest cohorts of the current company as a table.

        :param interval: "month" or "quarter", of first purchases and of the time since
        :param group_id: only the members of this group
        :return: {"interval", "groups": [{"id", "name"}], "currency_id", "rows": [{"cohort", "label", "size",
            "cells": [{"since", "customers", "revenue", "db1", "running", "domain"}]}]}; db1 is None where no costs are known
        """
        self.check_access("read")
        if interval not in ("month", "quarter"):
            raise UserError(self.env._("Cohorts are of months or quarters."))
        company = self.env.company.sudo().root_id
        groups = self.env["crm.customer.group"].search([("company_id", "=", company.id)])
        group = groups.filtered(lambda g: g.id == group_id)
        rows = {}
        for cell in self.env["crm.customer.month.engine"]._cohorts(company, interval, group):
            cohort = cell.pop("cohort")
            row = rows.setdefault(
                cohort, {"cohort": str(cohort), "label": self._cohort_label(cohort, interval), "cells": []}
            )
            row["cells"].append({**cell, "domain": self._cell_domain(company, interval, cohort, cell["since"], group)})
        for cohort, row in rows.items():
            row["cells"] = self._with_zeros(company, interval, cohort, row["cells"], group)
            row["size"] = max((cell["customers"] for cell in row["cells"] if cell["since"] == 0), default=0)
        return {
            "interval": interval,
            "company": company.name,
            "currency_id": company.currency_id.id,
            "group_id": group.id,
            "groups": [{"id": found.id, "name": found.name} for found in groups],
            "rows": [rows[cohort] for cohort in sorted(rows)],
        }

    def _with_zeros(self, company, interval, cohort, cells, group):
        """The cells until today: that nobody bought is 0, what has not come yet is empty."""
        today = company._werthaltigkeit_today()
        months = (today.year - cohort.year) * 12 + today.month - cohort.month
        last = (
            months
            if interval == "month"
            else (today.year - cohort.year) * 4 + (today.month - 1) // 3 - (cohort.month - 1) // 3
        )
        found = {cell["since"]: cell for cell in cells}
        nobody = {"customers": 0, "revenue": 0.0, "db1": None}
        return [
            found.get(since)
            or {
                **nobody,
                "since": since,
                "running": since == last,
                "domain": self._cell_domain(company, interval, cohort, since, group),
            }
            for since in range(last + 1)
        ]

    def _cohort_label(self, cohort, interval):
        return format_date(self.env, cohort, date_format="MMM yyyy" if interval == "month" else "QQQ yyyy")

    def _cell_domain(self, company, interval, cohort, since, group):
        """Domain on customer values of the customers counted in one cell."""
        months = [
            ("company_id", "=", company.id),
            ("cohort", ">=", str(cohort)),
            ("cohort", "<", str(fields.Date.add(cohort, months=1 if interval == "month" else 3))),
            (f"{interval}s_since", "=", since),
            ("buyer_id", "!=", False),
        ]
        partner = [("kundenbindung_month_ids", "any", months)]
        if group:
            partner.append(("kundenbindung_member_ids", "any", [("group_id", "=", group.id)]))
        return [("company_id", "=", company.id), ("partner_id", "any", partner)]

    def action_view_customer(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()
