import logging

from odoo import api, fields, models
from odoo.tools import SQL, format_date

REPORT = "crm_controlling.report_board_action"
USER_GROUP = "crm_controlling.group_controlling_user"

_logger = logging.getLogger(__name__)


class CrmBoardMail(models.Model):
    """Who got the monthly report of which month: each person once, also when sending was interrupted."""

    _name = "crm.board.mail"
    _description = "Monthly Report Sent"
    _order = "month desc, id desc"
    _rec_name = "user_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", "Sent To", readonly=True, ondelete="set null", index="btree_not_null")
    month = fields.Date(required=True, readonly=True, help="First day of the month it was sent in.")
    note = fields.Char(readonly=True, help="Why it could not be sent.")

    _once = models.Constraint(
        "UNIQUE(company_id, user_id, month)", "The report of a month is sent once to each person."
    )

    @api.model
    def _cron_send(self):
        """Send what is due in this month, person by person; what was killed goes on with the next run."""
        due = self._due()
        for number, (company, user, month) in enumerate(due, 1):
            self._send_once(company, user, month)
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(due) - number):
                break

    @api.model
    def _due(self):
        """Return [(company, user, month)] of those who wait for the report of this month."""
        found = []
        companies = self.env["res.company"].search(
            [("parent_id", "=", False), ("controlling_report_user_ids", "!=", False)]
        )
        for company in companies:
            month = company._werthaltigkeit_today().replace(day=1)
            sent = self.search([("company_id", "=", company.id), ("month", "=", month)]).user_id
            people = company.controlling_report_user_ids - sent
            found += [(company, user, month) for user in people if user.active and not user.share]
        return found

    def _send_once(self, company, user, month):
        """Claim the month for a person, then send; whoever claims second sends nothing."""
        claimed = self.env.execute_query(
            SQL(
                """
                INSERT INTO crm_board_mail (company_id, user_id, month, create_uid, create_date, write_uid, write_date)
                VALUES (%(company)s, %(user)s, %(month)s, %(me)s, now() AT TIME ZONE 'UTC', %(me)s, now() AT TIME ZONE 'UTC')
           ON CONFLICT DO NOTHING RETURNING id
                """,
                company=company.id,
                user=user.id,
                month=month,
                me=self.env.uid,
            )
        )
        if not claimed:
            return
        row = self.browse(claimed[0])
        if not user.email or not user.has_group(USER_GROUP) or company not in user.company_ids.root_id:
            row.note = self.env._("No address, no access to CRM Controlling, or not a person of this company.")
            return
        try:
            with self.env.cr.savepoint():
                self._send(company, user, month)
        except Exception as error:  # one person's report must not keep the others' from being sent
            _logger.exception("Monthly report of company %s to user %s failed", company.id, user.id)
            row.note = str(error)[:500] or type(error).__name__

    def _send(self, company, user, month):
        """Write the mail with the PDF, seen with the person's own rights and in their language."""
        own = self.with_user(user).with_context(
            lang=user.lang,
            tz=user.tz,
            allowed_company_ids=(user.company_ids.filtered(lambda c: c.root_id == company)).ids,
        )
        pdf, _kind = (
            own.env["ir.actions.report"].sudo()._render_qweb_pdf(REPORT, company.ids, data={"user_id": user.id})
        )
        name = own.env._("CRM report %s", format_date(own.env, month, date_format="MMMM yyyy"))
        self.env["mail.mail"].sudo().create(
            {
                "subject": f"{company.name}: {name}",
                "body_html": own.env["ir.qweb"]._render(
                    "crm_controlling.board_mail_body",
                    {"user": user, "url": f"{company.get_base_url()}/odoo/crm-controlling"},
                ),
                "email_from": company.email_formatted or self.env.user.email_formatted,
                "email_to": user.email_formatted,
                "auto_delete": True,
                "attachment_ids": [(0, 0, {"name": f"{name}.pdf", "raw": pdf, "mimetype": "application/pdf"})],
            }
        )
