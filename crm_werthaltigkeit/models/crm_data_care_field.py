from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

TYPES = ("char", "text", "selection", "many2one", "many2many", "date", "datetime")


class CrmDataCareField(models.Model):
    """Which data of a contact matter, for which kind of contact, and the purpose they serve.

    Data without a purpose are not worth asking for, and must not be kept.
    """

    _name = "crm.data.care.field"
    _description = "Data That Matter"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, help="As the work list calls it.")
    purpose = fields.Char(
        required=True, translate=True, help="What the data are needed for, for example: to call back."
    )
    field_name = fields.Selection("_selection_field_name", "Field", required=True)
    customer_type = fields.Selection(
        [
            ("all", "All contacts"),
            ("customer", "Companies and private persons"),
            ("company", "Companies"),
            ("person", "Private persons"),
            ("contact", "Contacts of companies"),
        ],
        "Asked Of",
        default="customer",
        required=True,
    )
    region = fields.Selection(
        [
            ("all", "Everywhere"),
            ("home", "In our country"),
            ("eu_abroad", "Elsewhere in the European Union"),
            ("abroad", "Abroad"),
        ],
        "Where",
        default="all",
        required=True,
    )
    necessary = fields.Boolean(help="A contact without it comes on the work list. Other fields only raise the score.")
    weight = fields.Integer(default=1, required=True, help="How much it counts in the score.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _weight_positive = models.Constraint("CHECK(weight BETWEEN 1 AND 100)", "A weight lies between 1 and 100.")

    @api.model
    def _selection_field_name(self):
        """Fields of a contact that people fill in."""
        partner = self.env["res.partner"].sudo()
        described = partner.fields_get(attributes=["string"])
        return sorted(
            (
                (name, described[name]["string"])
                for name, field in partner._fields.items()
                if name in described
                and field.store
                and field.type in TYPES
                and not field.company_dependent
                and (not field.readonly or field.type == "many2many")
                and not field.automatic
            ),
            key=lambda item: item[1],
        )

    @api.constrains("field_name")
    def _check_field_name(self):
        for record in self:
            if record.field_name not in self.env["res.partner"]._fields:
                raise ValidationError(self.env._("Contacts have no field %s.", record.field_name))

    @api.onchange("field_name")
    def _onchange_field_name(self):
        if self.field_name and not self.name:
            self.name = dict(self._selection_field_name()).get(self.field_name)

    def _sql_terms(self, company):
        """Return [(row, SQL whether it is asked of a contact, SQL whether it is filled)] on table `res_partner`.

        Rows whose field an uninstalled app took along are left out.
        """
        partner = self.env["res.partner"].sudo().with_company(company)
        terms = []
        for row in self.sudo().search([]):
            if row.field_name not in partner._fields:
                continue
            filled = partner._search(Domain(row.field_name, "!=", False), bypass_access=True, active_test=False)
            asked = SQL("%s AND %s", row._sql_type(), row._sql_region(company))
            terms.append((row, asked, SQL("COALESCE(%s, FALSE)", filled.where_clause)))
        return terms

    def _sql_type(self):
        commercial = SQL("res_partner.id = res_partner.commercial_partner_id")
        return {
            "all": SQL("TRUE"),
            "customer": SQL("(%s)", commercial),
            "company": SQL("(%s AND res_partner.is_company)", commercial),
            "person": SQL("(%s AND res_partner.is_company IS NOT TRUE)", commercial),
            "contact": SQL("(res_partner.id <> res_partner.commercial_partner_id)"),
        }[self.customer_type]

    def _sql_region(self, company):
        home = company.country_id.id
        union = self.env.ref("base.europe", raise_if_not_found=False)
        abroad = SQL("(res_partner.country_id <> %s)", home) if home else SQL("(res_partner.country_id IS NOT NULL)")
        return {
            "all": SQL("TRUE"),
            "home": SQL("(res_partner.country_id = %s)", home or 0),
            "abroad": abroad,
            "eu_abroad": SQL(
                "(%s AND res_partner.country_id = ANY(%s))", abroad, union.sudo().country_ids.ids if union else []
            ),
        }[self.region]
