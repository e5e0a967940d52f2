from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.tools import SQL

SINGLE_MONTHS = 12  # how long ago the only purchase may be for a second one still to be expected


class CrmKpiEngine(models.AbstractModel):
    """Indicators that goals need: measured for whom it was about at the time, so that the past is no selection."""

    _inherit = "crm.kpi.engine"

    def _kpi_second_purchase(self, company, start, end):
        """Who had bought on one day only when the period began, in the year before; and bought again within it.

        A group of one-time buyers cannot tell it: who buys again leaves the group.
        """
        return self._select(
            SQL("(c.purchase_days > 0)::int"),
            SQL("1"),
            SQL("c.days_before = 1 AND c.last_before >= %s", start - relativedelta(months=SINGLE_MONTHS)),
            idle=True,
        )
