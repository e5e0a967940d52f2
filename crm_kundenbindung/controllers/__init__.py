from . import feedback, outreach, privacy, reminder
from . import measure
