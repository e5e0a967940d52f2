"""Statistics of the customer base: plain sequences in, plain values out, no Odoo."""
