from . import crm_touchpoint_waiting, crm_value_portfolio, sale_report
