from . import test_access, test_cards, test_customer_group, test_demo, test_expiry, test_points, test_refunds, test_valuation
from . import test_service
from . import (
    test_access,
    test_cards,
    test_core_failures,
    test_demo,
    test_expiry,
    test_points,
    test_refunds,
    test_valuation,
)
from . import test_service, test_stats_proportions, test_trust
from . import (
    test_access,
    test_cards,
    test_customer_group,
    test_demo,
    test_expiry,
    test_next_action,
    test_points,
    test_refunds,
    test_retention,
    test_service,
    test_valuation,
)
