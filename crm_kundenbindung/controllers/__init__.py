from . import (
    feedback,
    outreach,
    privacy,
    reminder,
    measure,
    referral,
)
