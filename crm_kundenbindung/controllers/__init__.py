from . import feedback, outreach, privacy, reminder
from . import feedback, measure, outreach, privacy
