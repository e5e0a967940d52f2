from . import crm_goal_stage
from . import crm_goal
from . import crm_goal_words
from . import crm_werthaltigkeit_demo
