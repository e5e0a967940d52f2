from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.exceptions import AccessError

KPIS = ("kpi_crm_active_customers", "kpi_crm_repurchase_rate", "kpi_crm_margin_at_risk", "kpi_crm_goals_red")


class DigestDigest(models.Model):
    """Figures of the board in Odoo's digest mail.

    Active customers and repurchase rate are those of the 12 months up to the end of each column, so that Odoo shows
    a trend; of margin at risk and lights no past is kept: they are as they stand when the mail is written.
    """

    _inherit = "digest.digest"

    kpi_crm_active_customers = fields.Boolean("Active Customers")
    kpi_crm_active_customers_value = fields.Integer(compute="_compute_kpi_crm_active_customers_value")
    kpi_crm_repurchase_rate = fields.Boolean("Repurchase Rate (%)")
    kpi_crm_repurchase_rate_value = fields.Float(compute="_compute_kpi_crm_repurchase_rate_value")
    kpi_crm_margin_at_risk = fields.Boolean("Margin at Risk")
    kpi_crm_margin_at_risk_value = fields.Monetary(compute="_compute_kpi_crm_margin_at_risk_value")
    kpi_crm_goals_red = fields.Boolean("Goals Off Plan")
    kpi_crm_goals_red_value = fields.Integer(compute="_compute_kpi_crm_goals_red_value")

    def _controlled_company(self):
        """The root company that a digest tells of.

        :raise AccessError: to readers without the board; Odoo leaves the figure out of their mail then
        """
        if not self.env.user.has_group("crm_controlling.group_controlling_user"):
            raise AccessError(self.env._("These figures are for users of CRM Controlling."))
        return (self.company_id or self.env.company).sudo().root_id

    def _figure_of_year(self, code):
        """The value of an indicator of all customers over 12 months."""
        company = self._controlled_company()
        past = self._day_of_past(company)
        if past:
            kpi = self.env["crm.kpi"].sudo().search([("code", "=", code)], limit=1)
            return self._measured_of_year(company, kpi, past) if kpi else 0.0
        figure = self.env["crm.customer.group.figure"].search(
            [
                ("company_id", "=", company.id),
                ("group_id", "=", False),
                ("kpi_id.code", "=", code),
                ("span", "=", "year"),
            ],
            limit=1,
        )
        return self._known(figure.value, figure.has_data)

    def _known(self, value, known):
        """What is not known is not 0.

        :raise AccessError: Odoo leaves the figure out of the mail then
        """
        if not known:
            raise AccessError(self.env._("There is no data for this figure yet."))
        return value

    def _day_of_past(self, company):
        """The last day that a column counts, where that is not today."""
        end = self.env.context.get("end_datetime")
        if not end:
            return False
        # Odoo writes the time zone of the company beside a moment in UTC
        back = round((fields.Datetime.now() - end.replace(tzinfo=None)) / timedelta(days=1))
        return company._werthaltigkeit_today() - timedelta(days=back) if back > 0 else False

    def _measured_of_year(self, company, kpi, day):
        """The value of an indicator over the 12 months up to a day, 0 without data."""
        end = day + timedelta(days=1)
        period = (end - relativedelta(months=12), end)
        measured = self.env["crm.kpi.engine"].sudo()._measure(company, kpi, [period])
        return measured[kpi, period][0] or 0.0

    def _compute_kpi_crm_active_customers_value(self):
        for digest in self:
            digest.kpi_crm_active_customers_value = digest._figure_of_year("active_customers")

    def _compute_kpi_crm_repurchase_rate_value(self):
        for digest in self:
            digest.kpi_crm_repurchase_rate_value = 100 * digest._figure_of_year("repurchase_rate")

    def _compute_kpi_crm_margin_at_risk_value(self):
        for digest in self:
            domain = [("company_id", "=", digest._controlled_company().id), ("group_id", "=", False)]
            sums = self.env["crm.board.sum"].search(domain)
            amount = sum(sums.mapped("margin_at_risk"))
            digest.kpi_crm_margin_at_risk_value = digest._known(amount, any(sums.mapped("risk_known")))

    def _compute_kpi_crm_goals_red_value(self):
        for digest in self:
            digest.kpi_crm_goals_red_value = self.env["crm.goal"].search_count(
                [
                    ("company_id", "=", digest._controlled_company().id),
                    ("state", "in", ("control", "steering")),
                    ("light", "=", "red"),
                ]
            )

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        menu = self.env.ref("crm_controlling.menu_controlling").id
        return {**actions, **dict.fromkeys(KPIS, f"crm_controlling.crm_board_action?menu_id={menu}")}
