"""Fill an empty database: base, languages, country, then modules, then the demo workshop.

Called by `./dev`, never by hand: python -m tools.inside.build DATABASE [options].
"""

import argparse

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

GENERATOR = "crm.werthaltigkeit.demo"
LANGUAGE = "de_DE"


def show(text):
    print("@", text, flush=True)


def install(database, modules):
    show(f"installing {', '.join(modules)}")
    return Registry.new(database, update_module=True, install_modules=modules, new_db_demo=False)


def environment(registry, cr):
    return api.Environment(cr, SUPERUSER_ID, {})


def settle(env, country_code):
    """What must be there before `account` is installed: it chooses the chart of accounts by country."""
    env["res.lang"]._activate_lang(LANGUAGE)
    env["ir.module.module"].search([("state", "=", "installed")])._update_translations([LANGUAGE])
    if country_code:
        country = env["res.country"].search([("code", "=", country_code)])
        country.currency_id.active = True
        env.company.write({"country_id": country.id, "currency_id": country.currency_id.id})
        env["res.users"].search([]).write({"tz": "Europe/Berlin"})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("database")
    parser.add_argument("--country")
    parser.add_argument("--modules", action="append", default=[], help="comma-separated; one install per option")
    parser.add_argument("--generate", action="store_true", help="call the demo generator, if there is one")
    parser.add_argument("--fresh", action="store_true", help="the database is empty")
    args = parser.parse_args()
    config.parse_config(["-d", args.database, "--no-http", "--log-level=warn"], setup_logging=True)

    if args.fresh:
        registry = install(args.database, ["base"])
        with registry.cursor() as cr:
            settle(environment(registry, cr), args.country)
    for modules in args.modules:
        registry = install(args.database, modules.split(","))
    registry = Registry(args.database)
    with registry.cursor() as cr:
        env = environment(registry, cr)
        if args.generate and GENERATOR in env:
            show("generating the demo workshop")
            env[GENERATOR].generate()
            cr.commit()
        show("preparing the web client")
        env["ir.qweb"]._pregenerate_assets_bundles()
        cr.commit()


if __name__ == "__main__":
    main()
