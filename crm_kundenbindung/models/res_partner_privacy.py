from odoo import models
from odoo.exceptions import AccessError, UserError

MANAGER = "crm_kundenbindung.group_kundenbindung_manager"
# kept on an anonymised contact: it tells nothing about the person, and sums by it stay
KEPT = {"lang", "tz", "type", "company_registry_label", "partner_latitude", "additional_info"}


class ResPartner(models.Model):
    """What the company knows about a person, handed out, and forgotten where the law allows (Art. 15, 17 and 20 GDPR)."""

    _inherit = "res.partner"

    def _privacy_check(self):
        if not self.env.su and not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a manager of customer retention may do this."))
        self.check_access("read")

    def _privacy_scope(self):
        """The contact, and where it is a customer its addresses and contacts."""
        return self.with_context(active_test=False).search([("id", "child_of", self.ids)]) if self.ids else self

    def action_kundenbindung_privacy_export(self):
        """Hand out everything about this person as JSON."""
        self.ensure_one()
        self._privacy_check()
        return {"type": "ir.actions.act_url", "url": f"/kundenbindung/privacy/{self.id}", "target": "self"}

    def action_kundenbindung_anonymise(self):
        """Open the preview of an erasure."""
        self.ensure_one()
        self._privacy_check()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Anonymise"),
            "res_model": "crm.privacy.anonymise",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_partner_id": self.id},
        }

    def _privacy_export(self, for_people=False):
        """Return everything about this person, see `crm.privacy.engine`, and note that it was handed out."""
        self.ensure_one()
        self._privacy_check()
        data = self.env["crm.privacy.engine"].sudo()._export(self._privacy_scope().sudo(), for_people)
        self.env["crm.privacy.log"].sudo().create(
            {
                "action": "export",
                "user_id": self.env.uid,
                "contact_number": self.id,
                "record_count": sum(len(rows) for rows in data.values()),
            }
        )
        return data

    def _privacy_anonymise(self):
        """Empty everything that tells about this person; sums, ledgers, values and invoices stay. Cannot be undone."""
        self.ensure_one()
        self._privacy_check()
        number = self.id
        partners = (
            self.sudo().with_context(tracking_disable=True, mail_notrack=True, mail_create_nolog=True)._privacy_scope()
        )
        users = partners.with_context(active_test=False).user_ids
        if users.filtered(lambda user: not user.share):
            raise UserError(self.env._("This is one of our own people. An employee's contact is not anonymised here."))
        engine = self.env["crm.privacy.engine"].sudo()
        touched = engine._empty(partners)
        for user in users:
            user.write({"active": False, "login": f"anonymised-{user.id}"})
        partners._privacy_delete_files()
        for partner in partners:
            partner.write(partner._privacy_values())
        engine._empty(partners)  # what writing the contact may have noted
        self.env["crm.privacy.log"].sudo().create(
            {
                "action": "anonymise",
                "user_id": self.env.uid,
                "contact_number": number,
                "record_count": touched + len(partners),
            }
        )

    def _privacy_values(self):
        """Values that leave nothing of the person on the contact."""
        self.ensure_one()
        values = {
            name: False
            for name, field in self._fields.items()
            if field.type in ("char", "text", "html")
            and field.store
            and field.column_type
            and not field.translate
            and not field.related
            and (not field.compute or not field.readonly)
            and not field.required
            and name not in KEPT
        }
        return {
            **values,
            "name": self.env._("Anonymised contact %s", self.id),
            "image_1920": False,
            "kundenbindung_birthday": False,
            "werthaltigkeit_interest_ids": [(5,)],
            "category_id": [(5,)],
            "active": False,
        }

    def _privacy_delete_files(self):
        """Files on the contacts, and files of campaigns that hold their addresses."""
        attachments = self.env["ir.attachment"].sudo()
        attachments.search(
            [("res_model", "=", "res.partner"), ("res_id", "in", self.ids), ("res_field", "=", False)]
        ).unlink()
        rows = (
            self.env["crm.outreach.recipient"]
            .sudo()
            .search([("partner_id", "in", self.ids), ("printed_on", "!=", False)])
        )
        attachments.search([("res_model", "=", "crm.outreach"), ("res_id", "in", rows.outreach_id.ids)]).unlink()
