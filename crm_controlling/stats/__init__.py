"""Statistics of controlling, no Odoo: numpy alone."""
