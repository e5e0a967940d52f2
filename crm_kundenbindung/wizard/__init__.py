from . import (
    crm_booking_book,
    crm_feedback_send,
    crm_next_action_decision,
    crm_privacy_anonymise,
    crm_referral_enter,
    loyalty_card_stamp,
    loyalty_card_update_balance,
    loyalty_generate_wizard,
    loyalty_ledger_import,
)
