from odoo import fields, models
from odoo.tools import SQL


class CrmDataCareDefect(models.Model):
    """What is wrong with which contact, one row per defect: for counting by kind of defect."""

    _name = "crm.data.care.defect"
    _description = "Defects of Contact Data"
    _auto = False
    _order = "value_class, care_id"
    _rec_name = "partner_id"

    care_id = fields.Many2one("crm.data.care", "Contact to Care For", readonly=True)
    partner_id = fields.Many2one("res.partner", "Contact", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    value_class = fields.Selection([("A", "A"), ("B", "B"), ("C", "C")], readonly=True)
    customer_type = fields.Selection(
        [("company", "Company"), ("person", "Private person"), ("contact", "Contact of a company")],
        "Type",
        readonly=True,
    )
    kind = fields.Selection(
        [
            ("missing", "Missing"),
            ("duplicate", "Probable duplicate"),
            ("outdated", "No contact for long"),
            ("bounced", "Mails come back"),
            ("blacklisted", "On the blacklist"),
        ],
        "Defect",
        readonly=True,
    )
    field_id = fields.Many2one("crm.data.care.field", "Missing Data", readonly=True)
    needs_care = fields.Boolean(readonly=True)

    _depends = {
        "crm.data.care": [
            "partner_id",
            "company_id",
            "user_id",
            "country_id",
            "value_class",
            "customer_type",
            "missing",
            "duplicate_id",
            "outdated",
            "mail_state",
            "needs_care",
        ],
    }

    @property
    def _table_query(self):
        """Unfold each row into its defects; the id is the row's with the position of the defect."""
        columns = SQL(
            "c.id AS care_id, c.partner_id, c.company_id, c.user_id, c.country_id,"
            " c.value_class, c.customer_type, c.needs_care"
        )
        missing = SQL(
            "SELECT c.id::bigint * 64 + m.position AS id, %s, 'missing'::varchar AS kind, m.field_id::int AS field_id"
            " FROM crm_data_care c, jsonb_array_elements_text(c.missing) WITH ORDINALITY AS m (field_id, position)",
            columns,
        )
        others = (
            SQL(
                "SELECT c.id::bigint * 64 + %s, %s, %s::varchar, NULL::int FROM crm_data_care c WHERE %s",
                position,
                columns,
                kind,
                condition,
            )
            for position, kind, condition in (
                (61, "duplicate", SQL("c.duplicate_id IS NOT NULL")),
                (62, "outdated", SQL("c.outdated")),
                (63, "bounced", SQL("c.mail_state = 'bounced'")),
                (63, "blacklisted", SQL("c.mail_state = 'blacklisted'")),
            )
        )
        return SQL(" UNION ALL ").join([missing, *others])

    def action_open_contact(self):
        self.ensure_one()
        return self.care_id.action_open_contact()
