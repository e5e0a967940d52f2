from . import test_requirement
from . import test_stats_utility
from . import test_utility
from . import test_access
