from . import feedback, outreach, privacy
