from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    kundenbindung_pressure_count = fields.Integer(
        "Contacts at Most",
        default=0,
        help="Advertising contacts a customer gets at most within the days beside, over mailing, letter, call and survey"
        " together. 0: no cap.",
    )
    kundenbindung_pressure_days = fields.Integer("Within Days", default=30)
    kundenbindung_existing_customer = fields.Boolean(
        "Advertise to Existing Customers by E-Mail",
        help="§ 7 (3) UWG: who bought before may get e-mails without consent, for similar goods of your own only, as long as"
        " they did not object and were told so when you collected the address. Mails always carry the link to object.",
    )
    kundenbindung_calls_per_day = fields.Integer("Calls per Person and Day", default=10)

    _kundenbindung_pressure = models.Constraint(
        "CHECK(kundenbindung_pressure_count >= 0 AND kundenbindung_pressure_days BETWEEN 1 AND 730"
        " AND kundenbindung_calls_per_day >= 1)",
        "The cap on contacts is not negative and counts within 1 to 730 days; at least one call per day is planned.",
    )
