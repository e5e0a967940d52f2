from odoo import fields, models
from odoo.tools import SQL

from .crm_value_migration import CLASSES

# rate -> (numerator, denominator); ratios are aggregated from both, never averaged
RATES = {
    "contact_rate": ("contact_ordered", "contact_customers"),
    "comparison_rate": ("comparison_ordered", "contact_customers"),
    "contact_happy_rate": ("contact_happy", "contact_rated"),
    "comparison_happy_rate": ("comparison_happy", "contact_rated"),
}


class CrmValueServiceEffect(models.Model):
    """Orders and satisfaction within 30 days of a service contact, against customers without one. No proof.

    One row per month and class. The comparison says what the customers with a contact would have
    done, had they behaved like the others of their month and class; so sums over months and classes
    stay comparable. Computed each night.
    """

    _name = "crm.value.service.effect"
    _description = "After Service Contacts"
    _order = "month desc, value_class"
    _rec_name = "month"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    month = fields.Date(required=True, readonly=True)
    value_class = fields.Selection(CLASSES, "Class a Month Before", readonly=True)
    contact_customers = fields.Integer("With a Service Contact", readonly=True, help="Customers, in this month.")
    contact_ordered = fields.Integer(
        "Ordered After It", readonly=True, help="Of the customers with a service contact, within 30 days."
    )
    contact_rate = fields.Float("Ordered After a Service Contact", readonly=True, aggregator="avg")
    other_customers = fields.Integer("Without a Service Contact", readonly=True, help="Customers of the same class.")
    other_ordered = fields.Integer(
        "Others That Ordered", readonly=True, help="Within 30 days of the mean day of the contacts."
    )
    comparison_ordered = fields.Float(
        "Would Have Ordered",
        readonly=True,
        help="How many of the customers with a contact had ordered, had they ordered as often as the others of their month and class.",
    )
    comparison_rate = fields.Float("Ordered Without One", readonly=True, aggregator="avg")
    difference = fields.Float(
        readonly=True, aggregator="avg", help="Compares, does not prove: who calls may have wanted to buy anyway."
    )
    contact_rated = fields.Integer(
        "With a Smiley After It", readonly=True, help="Customers with a contact whose later smiley is known."
    )
    contact_happy = fields.Integer("Happy After It", readonly=True)
    contact_happy_rate = fields.Float("Happy After a Service Contact", readonly=True, aggregator="avg")
    other_rated = fields.Integer("Others With a Smiley", readonly=True)
    other_happy = fields.Integer("Happy Others", readonly=True)
    comparison_happy = fields.Float("Would Have Been Happy", readonly=True)
    comparison_happy_rate = fields.Float("Happy Without One", readonly=True, aggregator="avg")

    _month_uniq = models.Constraint("UNIQUE(company_id, month, value_class)", "One row per month and class.")

    def _read_group_select(self, aggregate_spec, query):
        name = aggregate_spec.partition(":")[0]
        if name == "difference":
            return SQL("%s - %s", self._ratio("contact_rate", query), self._ratio("comparison_rate", query))
        if name in RATES:
            return self._ratio(name, query)
        return super()._read_group_select(aggregate_spec, query)

    def _ratio(self, name, query):
        numerator, denominator = (self._field_to_sql(self._table, part, query) for part in RATES[name])
        return SQL("SUM(%s)::float8 / NULLIF(SUM(%s), 0)", numerator, denominator)

    def action_view_contacts(self):
        """Open the service contacts of the month, of customers of this class."""
        self.ensure_one()
        engine = self.env["crm.value.service.effect.engine"].sudo()
        start, end = engine._bounds(self.company_id, self.month)
        snapshot = [
            ("company_id", "=", self.company_id.id),
            ("month_end", "=", fields.Date.subtract(self.month, days=1)),
            ("value_class", "=", False if self.value_class == "none" else self.value_class),
        ]
        domain = [
            ("company_id", "child_of", self.company_id.id),
            ("kind_id.is_service", "=", True),
            ("direction", "!=", "out"),
            ("date", ">=", start),
            ("date", "<", end),
            ("commercial_partner_id", "any", [("werthaltigkeit_snapshot_ids", "any", snapshot)]),
        ]
        return self.env["crm.customer.value"]._action_open(
            self.env._("Service Contacts"), "crm.touchpoint", domain, "list,pivot,graph,form"
        )
