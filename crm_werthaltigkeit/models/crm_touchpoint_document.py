from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class CrmTouchpointDocument(models.Model):
    """A kind of document whose messages, activities and ratings belong to a customer's history.

    Only listed models count: no mail of applicants, employees or private threads ever enters.
    """

    _name = "crm.touchpoint.document"
    _description = "Document of Customers"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    model = fields.Char(required=True, help="Technical name of the document's model, for example sale.order.")
    domain = fields.Char(default="[]", required=True)
    partner_path = fields.Char(help="Field that leads from the document to the contact.")
    lead_path = fields.Char(help="Field that leads to the lead, where there may be no contact yet.")
    company_path = fields.Char(default="company_id")

    _model_uniq = models.Constraint("UNIQUE(model)", "This model is listed already.")

    @api.constrains("domain")
    def _check_domain(self):
        for document in self:
            document._parsed_domain()

    def _parsed_domain(self):
        """Return the domain as a list; raise ValidationError naming the row when it is none."""
        try:
            return list(Domain(literal_eval(self.domain)))
        except (ValueError, SyntaxError, TypeError) as error:
            raise ValidationError(
                self.env._("The domain of “%(name)s” cannot be read: %(error)s", name=self.name, error=error)
            ) from error

    def _available(self):
        """Return the documents whose app is installed."""
        return self.filtered(lambda document: document.model in self.env)
