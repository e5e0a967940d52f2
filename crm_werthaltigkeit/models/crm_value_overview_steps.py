from odoo import fields, models

STEPS = 3


class CrmValueOverview(models.AbstractModel):
    """What to do next with the customers: three steps in words, each with a button."""

    _inherit = "crm.value.overview"

    def _steps(self, company, facts):
        """Return the first three steps that apply, the most urgent first: [{"code", "text", "button", "action"}]."""
        steps = (
            self._step_overdue(company, facts),
            self._step_costs(company, facts),
            self._step_rates(company, facts),
            self._step_costly(company, facts),
            self._step_down(company, facts),
            self._step_once(company, facts),
            self._step_concentration(company, facts),
        )
        return [step for step in steps if step][:STEPS]

    def _step_overdue(self, company, facts):
        """Call the best of those who should have ordered."""
        name, count, amount = next((row for row in facts["overdue_classes"] if row[1]), (None, 0, 0))
        if not count:
            return None
        today = fields.Date.to_string(company._werthaltigkeit_today())
        domain = self._domain(company, ("value_class", "=", name), ("expected_order_date", "<", today))
        values = {"count": self._count(count), "name": name, "amount": self._amount(amount, company)}
        text = (
            self.env._(
                "Call the overdue customers of class %(name)s (%(count)s): %(amount)s a year is at risk.", **values
            )
            if amount
            else self.env._("Call the overdue customers of class %(name)s (%(count)s).", **values)
        )
        return self._step(
            "overdue", text, self.env._("Show them"), self._open_values(self.env._("Overdue Customers"), domain)
        )

    def _step_costs(self, company, facts):
        if not facts["costs_unknown"]:
            return None
        text = self.env._(
            "Enter missing product costs: without them the margin of some customers is unknown (%s).",
            self._count(facts["costs_unknown"]),
        )
        return self._step("costs", text, self.env._("Products without cost"), self._open_products())

    def _step_rates(self, company, facts):
        if company.werthaltigkeit_rates_confirmed_on:
            return None
        text = self.env._("Confirm what a contact costs you, and you see what each customer leaves after service.")
        return self._step("rates", text, self.env._("Contact rates"), self._open_rates())

    def _step_costly(self, company, facts):
        if not facts["costly"]:
            return None
        domain = self._domain(company, ("cost_exceeds_profit", "=", True))
        text = self.env._(
            "Look at the customers who cost more than they bring (%s): fewer discounts, cheaper channels or another price.",
            self._count(facts["costly"]),
        )
        return self._step(
            "costly", text, self.env._("Show them"), self._open_values(self.env._("Costs More Than Expected"), domain)
        )

    def _step_down(self, company, facts):
        if not facts["fallen"]:
            return None
        domain = self._domain(company, ("value_class_before", "=", "A"), ("value_class", "in", ("B", "C")))
        domain.append(("class_changed_on", ">=", "today -90d"))
        text = self.env._(
            "Find out why customers fell from class A in the past 90 days (%s).", self._count(facts["fallen"])
        )
        return self._step(
            "fallen", text, self.env._("Show them"), self._open_values(self.env._("Fallen from Class A"), domain)
        )

    def _step_once(self, company, facts):
        if not facts["once"]:
            return None
        domain = self._domain(company, ("purchase_days_ever", "=", 1), ("first_order_date", ">=", "today -180d"))
        text = self.env._(
            "Win a second order from the new customers of the past six months who bought once (%s).",
            self._count(facts["once"]),
        )
        return self._step("once", text, self.env._("Show them"), self._open_values(self.env._("Bought Once"), domain))

    def _step_concentration(self, company, facts):
        return self._step(
            "concentration",
            self.env._("See how much depends on few customers."),
            self.env._("Concentration"),
            {
                "type": "ir.actions.client",
                "tag": "crm_werthaltigkeit.concentration",
                "name": self.env._("Concentration"),
            },
        )

    def _step(self, code, text, button, action):
        return {"code": code, "text": text, "button": button, "action": action}

    # -- actions ------------------------------------------------------------------------------------

    def _open(self, name, model, domain, views, context=None):
        return self.env["crm.customer.value"]._action_open(name, model, domain, views, context)

    def _open_values(self, name, domain):
        return self._open(name, "crm.customer.value", domain, "list,kanban,pivot,graph,form")

    def _open_rates(self):
        return self._open(self.env._("Channels and Rates"), "crm.touchpoint.channel", [], "list,form")

    def _open_products(self):
        """Products that are sold and carry no cost."""
        domain = [("sale_ok", "=", True), ("standard_price", "=", 0)]
        return self._open(self.env._("Products Without Cost"), "product.product", domain, "list,form")
