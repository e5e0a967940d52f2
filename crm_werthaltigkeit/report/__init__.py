from . import crm_touchpoint_waiting, sale_report
