"""Statistics of CRM Controlling: arrays in, arrays or frozen dataclasses out. Nothing in here knows Odoo."""
