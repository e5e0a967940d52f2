from random import randint

from odoo import fields, models


class CrmInterest(models.Model):
    """An interest or hobby of a contact: something to talk about, and a reason to write."""

    _name = "crm.interest"
    _description = "Interest or Hobby"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer(default=lambda self: randint(1, 11))
    active = fields.Boolean(default=True)

    _name_uniq = models.Constraint("UNIQUE(name)", "This interest exists already.")
