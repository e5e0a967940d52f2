from . import (
    test_access,
    test_concurrency,
    test_consent,
    test_customer_value,
    test_demo,
    test_expectation,
    test_stats,
    test_timeline,
    test_touchpoint,
    test_touchpoint_engine,
    test_tour,
)
