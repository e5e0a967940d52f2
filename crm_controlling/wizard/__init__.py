from . import crm_goal_change
