from . import (
    common,
    test_access,
    test_board,
    test_board_mail,
    test_board_tour,
    test_concept,
    test_concept_pdf,
    test_concept_tour,
    test_goal,
    test_goal_review,
    test_requirement,
    test_stats_forecast,
    test_stats_utility,
    test_utility,
)
from . import common, test_access, test_demo, test_goal, test_goal_review, test_goal_tour, test_stats_forecast
