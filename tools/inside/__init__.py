"""Scripts that run inside Odoo, in the virtual environment."""
