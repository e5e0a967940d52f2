from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from odoo import models

RETURN_KINDS = ("return", "credit_note")
COMPLAINT_KINDS = ("complaint", "complaint_solved")


class CrmCustomerValue(models.Model):
    """The records behind the parts of a customer's value, bounded by the period they were summed over."""

    _inherit = "crm.customer.value"

    def _period_domain(self, field, moment=True):
        """Condition that a document lies in the period of customer value.

        :param field: path of a datetime field, or of a date field if not `moment`
        """
        company = self.company_id.sudo()
        start = company._werthaltigkeit_period_start()
        if start.year == 1:
            return []
        if moment:
            local = datetime.combine(start, time.min, ZoneInfo(company._werthaltigkeit_tz()))
            start = local.astimezone(UTC).replace(tzinfo=None)
        return [(field, ">=", start)]

    def _sold_lines_domain(self, condition):
        return [
            ("order_id", "any", [*self._document_domain(), ("state", "=", "sale"), *self._period_domain("date_order")]),
            ("display_type", "=", False),
            *condition,
        ]

    def _action_view_lines(self, name, condition):
        """Open order lines of the period; on the basis of invoices, the invoices."""
        if self.company_id.sudo().werthaltigkeit_basis == "invoice":
            return self.action_view_invoices()
        views = "list,kanban,form"
        return self._action_open(name, "sale.order.line", self._sold_lines_domain(condition), views)

    def action_view_gross(self):
        """Open the documents of the period that the value is made of."""
        if self.company_id.sudo().werthaltigkeit_basis == "invoice":
            return self.action_view_invoices()
        domain = [*self._document_domain(), ("state", "=", "sale"), *self._period_domain("date_order")]
        return self._action_open(self.env._("Orders of the Period"), "sale.order", domain)

    def action_view_cost_of_goods(self):
        """Open the sold lines with the cost each of them carries."""
        return self._action_view_lines(self.env._("Cost of Goods"), [("is_downpayment", "=", False)])

    def action_view_discounts(self):
        """Open lines with a discount and lines with a negative price."""
        condition = ["|", ("discount", "!=", 0), ("price_unit", "<", 0)]
        if "reward_id" in self.env["sale.order.line"]._fields:
            condition = [("reward_id", "=", False), *condition]
        return self._action_view_lines(self.env._("Discounts"), condition)

    def action_view_rewards(self):
        """Open the reward lines; without an app for loyalty programmes there are none."""
        known = "reward_id" in self.env["sale.order.line"]._fields
        return self._action_view_lines(
            self.env._("Rewards"), [("reward_id", "!=", False)] if known else [("id", "=", False)]
        )

    # -- cost to serve ----------------------------------------------------------------------------

    def _service_kind_domain(self, part):
        """Which kinds of touchpoints belong to a part of the cost to serve: return, complaint or the rest."""
        codes = {"return": RETURN_KINDS, "complaint": COMPLAINT_KINDS}
        if part in codes:
            return [("kind_id.code", "in", codes[part])]
        return ["|", ("kind_id.code", "=", False), ("kind_id.code", "not in", RETURN_KINDS + COMPLAINT_KINDS)]

    def _service_domain(self):
        """Touchpoints of the period, as the computation of values counts them (days in UTC)."""
        return [*self._touchpoint_domain(), *self._period_domain("date", moment=False)]

    def _action_view_service(self, name, part):
        domain = [*self._service_domain(), *self._service_kind_domain(part)]
        return self._action_open(
            name, "crm.touchpoint", domain, "list,kanban,pivot,graph,form", {"group_by": ["kind_id"]}
        )

    def action_view_service(self):
        return self._action_view_service(self.env._("Cost of Touchpoints"), "rest")

    def action_view_return_handling(self):
        return self._action_view_service(self.env._("Handling of Returns"), "return")

    def action_view_complaint_handling(self):
        return self._action_view_service(self.env._("Handling of Complaints"), "complaint")

    def action_view_service_year(self):
        """Open the touchpoints of the past 12 months, whose cost is set against the expected margin."""
        domain = [*self._touchpoint_domain(), ("date", ">=", self.company_id.sudo()._werthaltigkeit_year_start())]
        return self._action_open(
            self.env._("Touchpoints of the Past 12 Months"),
            "crm.touchpoint",
            domain,
            "list,kanban,pivot,graph,form",
            {"group_by": ["kind_id"]},
        )

    # -- what stands behind the figures -----------------------------------------------------------

    def action_view_contact_rates(self):
        return self.env["ir.actions.act_window"]._for_xml_id("crm_werthaltigkeit.crm_touchpoint_channel_action")

    def action_confirm_rates(self):
        """Confirm the contact rates of this customer's company; managers only."""
        return self.company_id.action_confirm_rates()

    def action_view_model_card(self):
        """Open the model card the expectation rests on, or all cards if there is none yet."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_werthaltigkeit.crm_value_model_action")
        card = self._model_card()
        return dict(action, res_id=card.id, views=[(False, "form")]) if card else action

    def _model_card(self):
        return self.env["crm.value.model"]._current(self.company_id)
