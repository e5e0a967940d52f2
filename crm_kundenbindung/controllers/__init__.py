from . import feedback, outreach, privacy, reminder
