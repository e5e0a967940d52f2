from odoo import api, models
from odoo.tools import format_amount

# records that have a page of their own on the portal
PAGES = ("sale.order", "account.move", "crm.complaint")


class CrmPortal(models.AbstractModel):
    """The customer's own history: what happened and when, never what was noted about it."""

    _inherit = "crm.portal"

    @api.model
    def _history(self, **search):
        """Return dicts of date, kind, icon, document, url and amount; two queries per kind of document."""
        touchpoints = self._own("crm.touchpoint", **search)
        documents = {}
        for model, found in touchpoints.filtered("res_id").grouped("res_model").items():
            if model in PAGES:
                documents.update(self._documents(model, found.mapped("res_id")))
        return [
            {
                "date": touchpoint.date,
                "kind": touchpoint.kind_id.name,
                "icon": touchpoint.kind_id.icon,
                "amount": touchpoint.amount
                and format_amount(self.env, touchpoint.amount, touchpoint.currency_id or self.env.company.currency_id),
                "document": documents.get((touchpoint.res_model, touchpoint.res_id), (False, False))[0],
                "url": documents.get((touchpoint.res_model, touchpoint.res_id), (False, False))[1],
            }
            for touchpoint in touchpoints
        ]

    def _documents(self, model, ids):
        """Return {(model, id): (name, address)} of the documents whose page the person may open."""
        if model == "crm.complaint":
            if not self._area("complaints"):
                return {}
            return {
                (model, record.id): (record.name, f"/my/complaints/{record.id}")
                for record in self._own(model, [("id", "in", ids)])
            }
        records = self.env[model].browse(ids).exists()._filtered_access("read")
        return {(model, record.id): (record.name, record.access_url) for record in records.sudo()}
