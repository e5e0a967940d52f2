"""Load a data set into a database: python -m tools.inside.load DATABASE DATA_SET FILE."""

import importlib
import sys

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config


def main(database, data_set, path):
    config.parse_config(["-d", database, "--no-http", "--log-level=warn"], setup_logging=True)
    loader = importlib.import_module(f"tools.inside.{data_set.replace('-', '_')}")
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        loader.load(env, path, lambda text: print("@", text, flush=True))
        cr.commit()


if __name__ == "__main__":
    main(*sys.argv[1:])
