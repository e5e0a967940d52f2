from odoo import api, fields, models


class CrmDueMixin(models.AbstractModel):
    """Something open that is due on a day: overdue from the day after, in the time zone of its company.

    Needs the fields `state` (with the value "open"), `due_date` and `company_id`.
    """

    _name = "crm.due.mixin"
    _description = "Due on a Day"

    overdue = fields.Boolean(compute="_compute_overdue", search="_search_overdue")

    @api.depends("state", "due_date", "company_id")
    def _compute_overdue(self):
        for record in self:
            today = record.company_id._werthaltigkeit_today()
            record.overdue = bool(record.state == "open" and record.due_date and record.due_date < today)

    def _search_overdue(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        wanted = (True in value) == (operator == "in")
        domain = ["&", ("state", "=", "open"), ("due_date", "<", self.env.company._werthaltigkeit_today())]
        return domain if wanted else ["!", *domain]
