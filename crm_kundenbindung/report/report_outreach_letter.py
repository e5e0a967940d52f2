from odoo import api, fields, models

from odoo.addons.base.models.ir_actions_report import _wkhtml


class ReportOutreachLetter(models.AbstractModel):
    """Letters of one campaign, a page or more per person."""

    _name = "report.crm_kundenbindung.report_outreach_letter"
    _description = "Letters of a Campaign"

    @api.model
    def _get_report_values(self, docids, data=None):
        outreach = self.env["crm.outreach"].browse(docids[:1])
        outreach.check_access("read")
        recipients = self.env["crm.outreach.recipient"].browse((data or {}).get("recipient_ids") or [])
        recipients = recipients.filtered(lambda r: r.outreach_id == outreach)
        return {
            "outreach": outreach,
            "recipients": recipients.sudo(),
            "subjects": outreach._render("subject", recipients),
            "bodies": outreach._render("body", recipients),
            "today": fields.Date.context_today(outreach),
            "address": self._address,
            "zoom": self._zoom(),
        }

    def _zoom(self):
        """How much larger a page is to be drawn: wkhtmltopdf without the patched Qt prints everything at 1 / 1.3 of its size."""
        return 1.0 if _wkhtml().is_patched_qt else 1.3

    def _address(self, partner):
        """Lines of the address field: who, and where; the country only abroad (DIN 5008)."""
        names = [partner.name or partner.commercial_partner_id.name]
        if partner.parent_id and partner.parent_id.name and not partner.is_company and partner.parent_id.is_company:
            names = [partner.parent_id.name, partner.name]
        place = " ".join(filter(None, (partner.zip, partner.city)))
        abroad = partner.country_id and partner.country_id != self.env.company.country_id
        lines = [*names, partner.street, partner.street2, place, abroad and (partner.country_id.name or "").upper()]
        return [line for line in lines if line]
