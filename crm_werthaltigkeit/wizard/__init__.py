from . import crm_lead_lost, crm_product_proposal, crm_value_override
