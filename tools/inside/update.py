"""Install or update modules of a database: python -m tools.inside.update DATABASE MODULE,…"""

import sys

from odoo.modules.registry import Registry
from odoo.tools import config


def main(database, modules):
    modules = modules.split(",")
    config.parse_config(["-d", database, "--no-http", "--log-level=warn"], setup_logging=True)
    # Each name is installed if it is not, and updated if it is.
    Registry.new(database, update_module=True, install_modules=modules, upgrade_modules=modules)


if __name__ == "__main__":
    main(*sys.argv[1:])
