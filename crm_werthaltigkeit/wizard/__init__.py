from . import crm_value_override
