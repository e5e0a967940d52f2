from . import (
    crm_booking_book,
    crm_next_action_decision,
    crm_privacy_anonymise,
    loyalty_card_stamp,
    crm_referral_enter,
    loyalty_card_update_balance,
    loyalty_generate_wizard,
    loyalty_ledger_import,
    crm_feedback_send,
)
