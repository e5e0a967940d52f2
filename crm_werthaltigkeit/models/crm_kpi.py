from odoo import api, fields, models
from odoo.tools import formatLang

UNITS = [
    ("rate", "Percentage"),
    ("number", "Number"),
    ("amount", "Amount"),
    ("days", "Days"),
    ("hours", "Hours"),
    ("score", "Score"),
]


class CrmKpi(models.Model):
    """An indicator: what it says, in which unit, and whether more of it is better.

    Its calculation is the method `_kpi_<code>` of `crm.kpi.engine`, brought by the app that ships the row.
    """

    _name = "crm.kpi"
    _description = "Indicator"
    _order = "sequence, id"

    code = fields.Char(required=True, readonly=True, copy=False, help="Names the calculation.")
    name = fields.Char(required=True, translate=True)
    description = fields.Text("Formula in Words", translate=True)
    unit = fields.Selection(UNITS, required=True, default="number")
    direction = fields.Selection(
        [("higher", "Higher is better"), ("lower", "Lower is better")], required=True, default="higher"
    )
    numerator_label = fields.Char("Above the Line", translate=True, help="What is counted.")
    denominator_label = fields.Char("Below the Line", translate=True, help="What it is divided by; empty for sums.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE(code)", "There is an indicator of this code already.")
    _code_plain = models.Constraint("CHECK(code ~ '^[a-z][a-z0-9_]*$')", "A code is made of small letters.")

    @api.model
    def _computable(self):
        """Return the active indicators whose calculation is there; those of an app that was removed are not."""
        return self.search([]).filtered(lambda kpi: self.env["crm.kpi.engine"]._has(kpi))

    def _format(self, value, company):
        """A value in words, in the unit of the indicator; None is "no data", which is not 0."""
        self.ensure_one()
        if value is None:
            return self.env._("no data")
        if self.unit == "rate":
            return self.env._("%s %%", formatLang(self.env, 100 * value, digits=1))
        if self.unit == "amount":
            return formatLang(self.env, value, currency_obj=company.currency_id)
        if self.unit in ("days", "hours"):
            text = formatLang(self.env, value, digits=1)
            return self.env._("%s days", text) if self.unit == "days" else self.env._("%s hours", text)
        whole = self.unit == "number" and float(value).is_integer()
        return formatLang(self.env, value, digits=0 if whole or self.unit == "score" else 2)
