"""The commands of `./dev`: their arguments, and which parts they put together."""

import shutil
import subprocess
from pathlib import Path

from . import (
    database,
    i18n,
    locks,
    odoo,
    paths,
    postgres,
    prepare,
    process,
    programs,
    python_env,
    server,
    testing,
    workshop,
)
from .ui import Problem, say, step

DATA_SETS = ("online-retail",)


def add_to(subparsers):
    """Declare every command with its arguments."""

    def command(name, function, text, **options):
        sub = subparsers.add_parser(name, description=text, prog=f"./dev {name}", **options)
        sub.set_defaults(function=function)
        return sub

    def for_pytest(name, function, text):
        command(name, function, text, add_help=False).set_defaults(takes_rest=True)

    def with_database(sub, default=workshop.WORKSHOP):
        sub.add_argument("-d", "--database", default=default, metavar="DB", help="default: %(default)s")
        return sub

    sub = with_database(command("run", run, "Prepare what is missing, then serve the demo workshop until Ctrl-C."))
    sub.add_argument("--port", type=int, default=server.PORT, help="default: %(default)s, or the next free one")
    sub.add_argument("--rebuild", action="store_true", help="make the workshop's database anew")
    sub.add_argument("--no-serve", action="store_true", help="only prepare")

    for_pytest("test", test, "Every test and check.")
    for_pytest("accept", accept, "The long tests: concurrency, load, faults, optional apps.")
    for_pytest("lint", lint, "Only the checks of the sources.")
    sub = command("bench", bench, "Run the benchmarks of tests/benchmarks/.")
    sub.add_argument("names", nargs="*", metavar="NAME", help="default: all")

    sub = with_database(command("update", update, "Take over changed code into a database."))
    sub.add_argument("modules", nargs="*", metavar="ADDON", help="default: those whose code changed")
    with_database(command("shell", shell, "Python with `env`; reads a script from standard input if piped."))
    sub = with_database(command("load", load, "Fill an otherwise empty database with a public data set."), "retail")
    sub.add_argument("data_set", choices=DATA_SETS)
    sub.add_argument("file", type=Path)
    sub = command("i18n", translate, "Export the .pot files and merge the German translations.")
    sub.add_argument("modules", nargs="*", metavar="ADDON", help="default: all")

    sub = command("shot", shot, "Save a picture of a page of the running server, as PNG.")
    sub.add_argument("path", help="for example /odoo/crm")
    sub.add_argument("file", type=Path)
    sub.add_argument("--port", type=int, help="default: the server that runs")
    sub.add_argument("--login", help="user to log in as; the password is the same unless given")
    sub.add_argument("--password")
    sub.add_argument("--lang", help="language of the picture, such as de_DE")
    sub.add_argument("--width", default="1280")
    sub.add_argument("--height", default="800")
    sub.add_argument("--scale", default="1", help="pixels per point, 2 for sharp pictures")
    sub.add_argument("--mobile", action="store_true", help="a phone: touch instead of a mouse")
    sub.add_argument("--click", action="append", default=[], metavar="CSS", help="or text=…; repeatable, in order")
    sub.add_argument("--wait", action="append", default=[], metavar="CSS", help="or text=…; wait until it is visible")
    sub.add_argument("--timeout", default="60", help="seconds to wait at most for each (default: %(default)s)")

    command("stop", stop, "Stop every server that runs for this clone.")
    command("clean", clean, "Remove all that ./dev made: databases, downloads, the folder .dev/.")


def run(args):
    with locks.preparing():
        prepare.everything(extra=[lambda: programs.prepare(programs.WKHTMLTOPDF)])
        if args.database == workshop.WORKSHOP:
            workshop.prepare(rebuild=args.rebuild)
        else:
            _require_database(args.database)
            workshop.refresh(args.database)
    if not args.no_serve:
        server.serve(args.database, args.port)


def test(args):
    return _pytest(args.rest)


def accept(args):
    return _pytest(["-m", "accept", *args.rest])


def lint(args):
    return _pytest(["tests/test_lint.py", *args.rest])


def bench(args):
    folder = paths.ROOT / "tests" / "benchmarks"
    scripts = [path for path in sorted(folder.glob("*.py")) if not path.name.startswith("_")]
    if args.names:
        scripts = [path for path in scripts if path.stem in args.names]
    if not scripts:
        raise Problem("There is no such benchmark" if args.names else "There are no benchmarks", f"see {folder}")
    with locks.preparing():
        prepare.everything(python_env.TEST)
        testing.prepare_templates()
    code = 0
    for script in scripts:
        say(f"{script.stem}:")
        with testing.scratch() as name:
            code = testing.run_script(script, name=name) or code
    return code


def update(args):
    with locks.preparing():
        prepare.everything()
        _require_database(args.database)
        odoo.require_addons(args.modules)
        if not workshop.refresh(args.database, args.modules or None):
            say(f"  The database {args.database} is up to date.")


def shell(args):
    with locks.preparing():
        prepare.everything()
        _require_database(args.database)
    command = odoo.command("shell", "-d", args.database, "--no-http", "--log-level=warn")
    return subprocess.call(command, env=odoo.environment(), preexec_fn=process.die_with_parent)


def load(args):
    if not args.file.is_file():
        raise Problem(f"There is no file {args.file}", "give the path of the data set's file")
    with locks.preparing():
        prepare.everything()
        workshop.prepare(args.database, demo=False)
        with step(f"Loading {args.file.name} into the database {args.database}") as progress:
            arguments = args.database, args.data_set, args.file.resolve()
            odoo.inside("load", *arguments, what=f"Loading {args.file.name}", log="load", progress=progress)
    say(f"  Serve it with ./dev run -d {args.database}")


def translate(args):
    odoo.require_addons(args.modules)
    with locks.preparing():
        prepare.everything()
        i18n.update(args.modules or paths.addons())


def shot(args):
    servers = server.running()
    port = args.port or (servers and servers[-1]["port"])
    if not port:
        raise Problem("No server is running", "start one with ./dev run in another terminal")
    with locks.preparing():
        prepare.everything(python_env.TEST, extra=[lambda: programs.prepare(programs.CHROMIUM)])
    options = []
    for name in ("login", "password", "lang", "width", "height", "scale", "timeout"):
        if getattr(args, name):
            options.append(f"--{name}={getattr(args, name)}")
    options += [f"--click={selector}" for selector in args.click] + [f"--wait={selector}" for selector in args.wait]
    options += ["--mobile"] if args.mobile else []
    with step(f"Picture of {args.path}"):
        target = args.file.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        address = f"http://{server.HOST}:{port}"
        odoo.inside("shot", address, args.path, target, *options, what=f"The picture of {args.path}", log="shot")


def stop(args):
    servers = server.stop_all()
    stopped = postgres.stop_if_unused(force=True)
    say(f"Stopped {servers} server(s){' and PostgreSQL' if stopped else ''}.")


def clean(args):
    server.stop_all()
    with locks.preparing():
        if postgres.is_external() and python_env.is_ready(python_env.RUN):
            for name in database.stamped():
                database.drop(name)
        postgres.stop_if_unused(force=True)
        for folder in postgres.own_folders():
            shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(paths.DEV)
    say("Removed .dev/ and the databases.")


def _pytest(arguments):
    with locks.preparing():
        browsers = [lambda program=program: programs.prepare(program) for program in programs.ALL]
        prepare.everything(python_env.TEST, extra=browsers)
        testing.prepare_templates()
    with testing.scratch() as name:
        return testing.run_pytest(arguments, name=name)


def _require_database(name):
    if not database.exists(name):
        maker = "./dev run" if name == workshop.WORKSHOP else f"./dev load online-retail FILE -d {name}"
        raise Problem(f"There is no database {name}", f"make it with {maker}")
