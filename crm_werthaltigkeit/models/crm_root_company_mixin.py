from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmRootCompanyMixin(models.AbstractModel):
    """Records of a company as a whole: branches share what their root company has."""

    _name = "crm.root.company.mixin"
    _description = "Belongs to a Root Company"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company.root_id,
        domain=[("parent_id", "=", False)],
        ondelete="cascade",
        index=True,
    )

    @api.constrains("company_id")
    def _check_root_company(self):
        if branched := self.filtered("company_id.parent_id")[:1]:
            raise ValidationError(
                self.env._("“%s” belongs to a company, not to one of its branches.", branched.display_name)
            )
