from . import (
    feedback,
    outreach,
    privacy,
    reminder,
    measure,
    referral,
)
from . import feedback, measure, outreach, privacy, reminder
from . import portal, portal_account, portal_card, portal_complaint, portal_data, portal_idea
from . import booking, booking_portal, feedback, outreach, privacy, reminder
