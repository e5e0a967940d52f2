from . import test_requirement
from . import test_stats_utility
from . import test_utility
from . import test_access
from . import common, test_access, test_goal, test_goal_review, test_stats_forecast
