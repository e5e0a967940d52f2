from odoo import fields, models

LEVERS = [("quality", "Quality"), ("value", "Value"), ("integration", "Integration")]


class CrmMeasureInstrument(models.Model):
    """What measures are carried out with; effects are collected per instrument."""

    _name = "crm.measure.instrument"
    _description = "Instrument of Measures"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Char("What It Covers", translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    lever = fields.Selection(LEVERS, required=True, default="value", help="Proposed to measures with this instrument.")

    purpose = fields.Selection(
        [("keep", "Keeping customers"), ("win", "Winning customers")],
        required=True,
        default="keep",
        help="Where the cost of measures counts: for winning a customer, or for keeping one.",
    )

    _name_uniq = models.Constraint("UNIQUE(name)", "There is an instrument of this name already.")
