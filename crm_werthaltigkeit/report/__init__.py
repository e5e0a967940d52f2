from . import (
    crm_data_care_defect,
    crm_leaving_report,
    crm_touchpoint_waiting,
    crm_value_contribution,
    crm_value_portfolio,
    report_value_overview,
    sale_report,
)
