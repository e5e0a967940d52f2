from . import crm_werthaltigkeit_demo
