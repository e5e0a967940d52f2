"""Statistics of retention, no Odoo."""
