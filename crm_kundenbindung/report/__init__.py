from . import (
    crm_complaint_report,
    crm_promise_report,
    sale_report,
    crm_feedback_card,
    crm_feedback_report,
    crm_feedback_group_report,
    crm_outreach_count,
    loyalty_reward_report,
    loyalty_program_report,
    report_loyalty_card,
    report_outreach_letter,
    report_privacy_export,
)
