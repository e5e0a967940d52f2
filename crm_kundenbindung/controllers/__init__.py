from . import feedback, outreach
