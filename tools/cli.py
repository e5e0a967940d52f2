"""The command line of `./dev`."""

import argparse
import signal
import sys

from . import commands, orphans, postgres
from .ui import Problem, say

DESCRIPTION = """\
Everything for developing and trying out the addons. Nothing has to be installed before, root is never needed:
what is missing (Odoo 19, PostgreSQL, Python packages, a browser) is downloaded into the folder .dev/.

  ./dev run                       serve a German car workshop with demo data on http://127.0.0.1:8069
  ./dev test [pytest arguments]   every test and check; for example: ./dev test -k rfm
  ./dev accept [pytest arguments] the long tests: concurrency, load, faults, optional apps
  ./dev bench [NAME…]             benchmarks (tests/benchmarks/)
  ./dev lint                      only the checks of the sources

  ./dev update [-d DB] [ADDON…]   take over changed code into a database; without names: what changed
  ./dev shell [-d DB]             Python with `env`, on a database
  ./dev load online-retail FILE   an empty shop filled with the public data set "Online Retail II"
  ./dev i18n [ADDON…]             export the .pot files and merge the German translations
  ./dev shot PATH FILE            a picture of a page of the running server

  ./dev stop                      stop every server that runs for this clone
  ./dev clean                     remove all that ./dev made: databases, downloads, .dev/
"""
EPILOG = """\
environment:
  ODOO_PATH                       an existing checkout of Odoo 19.0, instead of Debian's package
  PGHOST, PGPORT, PGUSER, …       an existing PostgreSQL server (13 or newer), instead of an own one

`./dev COMMAND --help` explains a command. Logs are in .dev/log/.
"""


def parser():
    main_parser = argparse.ArgumentParser(
        prog="./dev",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="./dev COMMAND [arguments]",
        add_help=True,
    )
    subparsers = main_parser.add_subparsers(dest="command", metavar="", help=argparse.SUPPRESS)
    commands.add_to(subparsers)
    return main_parser


def main(arguments):
    main_parser = parser()
    args, rest = main_parser.parse_known_args(arguments)
    if not args.command:
        main_parser.print_help()
        return 2
    if rest and not getattr(args, "takes_rest", False):
        main_parser.error(f"unknown argument: {rest[0]}")
    args.rest = rest
    orphans.mark_children()
    # `./dev stop` and process managers end us as Ctrl-C does; a shell's background jobs ignore Ctrl-C otherwise.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return args.function(args) or 0
    except Problem as problem:
        remedy = f" → {problem.remedy}" if problem.remedy else ""
        print(f"dev: {problem}{remedy}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("\nStopped.")
        return 130
    except OSError as error:
        print(f"dev: {error.strerror or error}: {error.filename or ''} → check space and permissions", file=sys.stderr)
        return 1
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        _leave()


def _leave():
    """Stop PostgreSQL if nobody else uses it; never hide why we end."""
    try:
        postgres.stop_if_unused()
    except (Problem, OSError) as error:
        print(f"dev: PostgreSQL was not stopped: {error}", file=sys.stderr)
    sys.stdout.flush()
