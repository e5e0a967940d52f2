from odoo import api, fields, models
from odoo.tools import format_date

CLASSES = [("A", "A"), ("B", "B"), ("C", "C"), ("none", "Without a class")]


class CrmValueMigration(models.Model):
    """Who moved from which value class to which, counted once per month end by the nightly computation."""

    _name = "crm.value.migration"
    _description = "Migration Between Value Classes"
    _order = "month_end desc, class_from, class_to"
    _rec_name = "month_end"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one("res.currency", readonly=True, ondelete="restrict")
    month_end = fields.Date(required=True, readonly=True)
    reconstructed = fields.Boolean(readonly=True, help="Computed afterwards from the documents up to the month end.")
    class_from = fields.Selection(
        [*CLASSES, ("new", "New customer")], "Class a Month Before", readonly=True, help="Empty at the first month end."
    )
    class_to = fields.Selection(CLASSES, "Class", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True, ondelete="set null")
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True, ondelete="set null")
    customers = fields.Integer(readonly=True)
    revenue = fields.Monetary(readonly=True, help="In the period before the month end (see Settings).")
    db1 = fields.Monetary("CM I", readonly=True, help="Of the customers whose costs are known.")
    lifetime_value = fields.Monetary(readonly=True)

    _month_idx = models.Index("(company_id, month_end)")

    @api.model
    @api.readonly
    def get_matrix(self, month_from=None, month_to=None):
        """Return who was in which class at two month ends; without them, a year apart as far as known.

        :return: {"months": []} when there are fewer than two month ends, else {"months": [{"value",
            "label", "reconstructed"}], "month_from", "month_to", "currency_id", "company", "cells":
            [{"from", "to", "customers", "revenue", "db1", "domain"}]}; the domain opens the customers
        """
        company = self.env.company.sudo().root_id
        snapshots = self.env["crm.customer.value.snapshot"]
        snapshots.check_access("read")
        months = self._read_group(
            [("company_id", "=", company.id)], ["month_end:day"], ["reconstructed:bool_or"], order="month_end:day"
        )
        head = {
            "company": company.name,
            "currency_id": company.currency_id.id,
            "months": [
                {
                    "value": fields.Date.to_string(month),
                    "label": format_date(self.env, month, date_format="LLLL yyyy"),
                    "reconstructed": bool(reconstructed),
                }
                for month, reconstructed in months
            ],
        }
        known = [month["value"] for month in head["months"]]
        if len(known) < 2:
            return {**head, "months": []}
        month_to = month_to if month_to in known[1:] else known[-1]
        if month_from not in known or month_from >= month_to:
            month_from = known[max(0, known.index(month_to) - 12)]
        cells = [
            {**cell, "domain": self._matrix_domain(company, month_from, month_to, cell["from"], cell["to"])}
            for cell in self.env["crm.value.migration.engine"]._matrix(company, month_from, month_to)
        ]
        return {**head, "month_from": month_from, "month_to": month_to, "cells": cells}

    def _matrix_domain(self, company, month_from, month_to, class_from, class_to):
        """Domain on the values of today of the customers in one cell."""

        def at(month, value_class):
            domain = [("company_id", "=", company.id), ("month_end", "=", month)]
            if value_class == "new":
                return ("werthaltigkeit_snapshot_ids", "not any", domain)
            wanted = False if value_class == "none" else value_class
            return ("werthaltigkeit_snapshot_ids", "any", [*domain, ("value_class", "=", wanted)])

        customers = [at(month_from, class_from), at(month_to, class_to)]
        return [("company_id", "=", company.id), ("partner_id", "any", customers)]

    def action_view_customers(self):
        """Open today's values of the customers behind one count."""
        self.ensure_one()
        before = self.search(
            [("company_id", "=", self.company_id.id), ("month_end", "<", self.month_end)],
            order="month_end desc",
            limit=1,
        ).month_end
        domain = self._matrix_domain(
            self.company_id, before or self.month_end, self.month_end, self.class_from or self.class_to, self.class_to
        )
        return self.env["crm.customer.value"]._action_open(
            self.env._("Customers"), "crm.customer.value", domain, "list,form"
        )
