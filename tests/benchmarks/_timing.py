"""How long something takes: by the clock, and in seconds of the processor, which others on the machine do not change."""

import os
import time
from pathlib import Path

from odoo import SUPERUSER_ID, api


def processor_time(cr):
    """Processor seconds so far of this process and of its server process, where that is on this machine."""
    own, ticks = time.process_time(), os.sysconf("SC_CLK_TCK")
    stat = Path(f"/proc/{cr.connection.info.backend_pid}/stat")
    fields = stat.read_text().rpartition(")")[2].split() if stat.exists() else ()
    return own + (sum(map(int, fields[11:13])) / ticks if fields else 0)


def timed(registry, action):
    """Call `action(env)` in a transaction that is committed; return seconds, processor seconds and the result."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        start, processor = time.perf_counter(), processor_time(cr)
        result = action(env)
        env.flush_all()
        cr.commit()
        return time.perf_counter() - start, processor_time(cr) - processor, result
