from odoo import fields, models

from .crm_trust_engine import MONTHS


class CrmTrust(models.Model):
    """Each figure opens the records behind it."""

    _inherit = "crm.trust"

    def _action_open(self, name, model, domain, views="list,form", partner_field="commercial_partner_id"):
        self.ensure_one()
        own = [("company_id", "child_of", self.company_id.id)]
        if not self.whole:
            own.append((partner_field, "=", self.partner_id.id))
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, view) for view in views.split(",")],
            "domain": own + domain,
        }

    def _since(self):
        return fields.Date.subtract(self.company_id.sudo()._werthaltigkeit_today(), months=MONTHS)

    def action_view_ratings(self):
        domain = [("satisfaction", "!=", False), ("date", ">=", self._since())]
        return self._action_open(self.env._("Ratings"), "crm.touchpoint", domain)

    def action_view_complaints(self):
        domain = [("state", "!=", "cancelled"), ("opened_on", ">=", self._since())]
        return self._action_open(self.env._("Complaints"), "crm.complaint", domain)

    def action_view_promises(self):
        domain = [
            ("direction", "=", "to"),
            ("scope", "=", "external"),
            ("state", "!=", "withdrawn"),
            ("due_date", ">=", self._since()),
        ]
        return self._action_open(self.env._("Promises"), "crm.promise", domain)

    def action_view_values(self):
        """Open the customer values: margin and repeat purchases."""
        return self._action_open(self.env._("Customer Values"), "crm.customer.value", [], partner_field="partner_id")

    def action_view_price_answers(self):
        domain = [("kind", "=", "price"), ("answered_on", ">=", self._since())]
        if "crm.feedback.answer" not in self.env:
            return self.action_view_values()
        return self._action_open(self.env._("Answers on Price and Performance"), "crm.feedback.answer", domain)

    def action_view_deliveries(self):
        """Open the deliveries with a date, where the app is installed."""
        if "stock.picking" not in self.env:
            return self.action_view_values()
        domain = [
            ("state", "=", "done"),
            ("picking_type_code", "=", "outgoing"),
            ("date_deadline", "!=", False),
            ("date_done", ">=", self._since()),
        ]
        return self._action_open(
            self.env._("Deliveries"), "stock.picking", domain, partner_field="partner_id.commercial_partner_id"
        )

    def action_view_invoices(self):
        domain = [
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("invoice_date_due", ">=", self._since()),
        ]
        return self._action_open(self.env._("Invoices"), "account.move", domain)

    def action_view_customers(self):
        """From the company to its customers, the weakest first."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Trust by Customer"),
            "res_model": "crm.trust",
            "views": [(False, "list"), (False, "form")],
            "domain": [("company_id", "=", self.company_id.id), ("whole", "=", False)],
        }

    def action_view_history(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Trust at Month Ends"),
            "res_model": "crm.trust.history",
            "views": [(False, "graph"), (False, "list")],
            "domain": [("company_id", "=", self.company_id.id)],
        }
