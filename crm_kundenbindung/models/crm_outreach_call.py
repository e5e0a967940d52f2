from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

CALLS = 2000  # activities planned at once


class CrmOutreach(models.Model):
    """A call list: an activity per customer for the person responsible, so many a day."""

    _inherit = "crm.outreach"

    def action_calls(self):
        """Plan the calls. A call that is done is in the history as every other; the campaign learns of it by itself."""
        self._check_ready("call")
        self._start()
        recipients = self.env["crm.outreach.recipient"].sudo()
        waiting = recipients.search([("outreach_id", "=", self.id), ("state", "=", "waiting")], order="id", limit=CALLS)
        if not waiting:
            raise UserError(self.env._("Nobody is left to be called."))
        callers = {recipient: self._caller(recipient) for recipient in waiting}
        texts = self._render("body", waiting)
        vals_list = []
        for caller in sorted(set(callers.values()), key=lambda user: user.id):
            mine = waiting.filtered(lambda r, caller=caller: callers[r] == caller)
            for recipient, day in zip(mine, self._days(len(mine)), strict=True):
                vals_list.append(
                    (
                        recipient,
                        {
                            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                            "res_id": recipient.partner_id.id,
                            "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                            "summary": self.subject or self.name,
                            "note": texts[recipient.id],
                            "date_deadline": day,
                            "user_id": caller.id,
                        },
                    )
                )
        quick = self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True)
        activities = quick.create([vals for _recipient, vals in vals_list])
        for (recipient, _vals), activity in zip(vals_list, activities, strict=True):
            recipient.write({"state": "planned", "activity_id": activity.id})
        return self._notify(self.env._("%s calls are planned.", len(activities)))

    def _caller(self, recipient):
        """Who calls: the customer's salesperson where there is one, else the owner of the campaign."""
        user = recipient.user_id
        return user if user.active and not user.share else self.user_id or self.env.user

    def _days(self, count):
        """Working days for so many calls of one person, from today on."""
        day, days = fields.Date.context_today(self), []
        while len(days) < count:
            if day.weekday() < 5:
                days += [day] * max(self.calls_per_day, 1)
            day += timedelta(days=1)
        return days[:count]

    def action_view_calls(self):
        self.ensure_one()
        activities = self.recipient_ids.activity_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Calls: %s", self.name),
            "res_model": "mail.activity",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", activities.ids)],
        }
