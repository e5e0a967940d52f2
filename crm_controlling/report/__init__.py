from . import (
    report_concept,
    crm_board,
    crm_board_customers,
    crm_board_action,
    report_board,
)
