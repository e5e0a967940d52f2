from . import test_concept
from . import test_concept_pdf
from . import test_concept_tour
from . import test_requirement
from . import test_stats_utility
from . import test_utility
from . import test_access
from . import common, test_access, test_goal, test_goal_review, test_stats_forecast
