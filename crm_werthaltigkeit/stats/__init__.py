"""Statistics of the customer base, no Odoo: `abc` and `rfm` need Python alone, all others numpy and scipy."""
