"""The parts of `./dev`. Standard library only, except `tools.inside`, which runs inside Odoo."""
