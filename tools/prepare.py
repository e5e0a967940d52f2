"""What has to be there before a command can work: disk space, Python packages, Odoo, PostgreSQL."""

import shutil
from concurrent.futures import ThreadPoolExecutor

from . import apt, odoo, odoo_source, paths, postgres, process, python_env
from .ui import Problem

GIGABYTE = 10**9
# Download and unpacked size together, generously.
NEEDED_FOR_RUN = 4 * GIGABYTE
NEEDED_FOR_TEST = 6 * GIGABYTE


def everything(parts=python_env.RUN, extra=()):
    """Prepare what is missing, side by side where possible, and start PostgreSQL.

    :param extra: further functions to run side by side, each preparing one thing
    """
    paths.make_dev_folder()
    source = odoo_source.locate()
    if not source or not python_env.is_ready(python_env.RUN):
        _require_space(NEEDED_FOR_TEST if parts == python_env.TEST else NEEDED_FOR_RUN)
        python_env.require_tools()
    if not source:
        apt.require_tools()
    jobs = [odoo_source.prepare, lambda: python_env.prepare(parts), *extra]
    pool = ThreadPoolExecutor(len(jobs))
    futures = [pool.submit(job) for job in jobs]
    try:
        for future in futures:
            future.result()
    except BaseException:
        # One failed, or Ctrl-C: do not let the others go on for minutes.
        with process.all_killed():
            pool.shutdown()
        raise
    postgres.start()
    odoo.write_config()


def _require_space(needed):
    free = shutil.disk_usage(paths.ROOT).free
    if free < needed:
        raise Problem(
            f"Not enough disk space: {free / GIGABYTE:.1f} GB free, about {needed / GIGABYTE:.0f} GB needed",
            f"free some space where {paths.ROOT} lies",
        )
