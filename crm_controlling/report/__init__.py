from . import report_concept
