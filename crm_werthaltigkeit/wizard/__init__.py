from . import crm_product_proposal, crm_value_override
