from odoo import api, fields, models


class CrmCustomerGroupTemplate(models.Model):
    """A group that each company gets, as soon as the app that knows what its rule asks for is there."""

    _name = "crm.customer.group.template"
    _description = "Template of a Customer Group"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Text("What It Is For", translate=True)
    domain = fields.Char("Rule", required=True, default="[]")
    requires = fields.Char(help="Models or fields (model.field) that must be there, separated by commas.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    def _is_available(self):
        """Whether all that the rule asks for is there."""
        self.ensure_one()
        for name in filter(None, (self.requires or "").replace(" ", "").split(",")):
            model, _dot, field = name.rpartition(".")
            if name not in self.env and field not in self.env.get(model, self.env["base"])._fields:
                return False
        return True

    @api.model
    def _provide(self, companies):
        """Create what is missing among the groups of these root companies."""
        groups = self.env["crm.customer.group"].with_context(active_test=False)
        templates = self.search([]).filtered(lambda template: template._is_available())
        there = {
            (company.id, template.id)
            for company, template in groups._read_group(
                [("company_id", "in", companies.ids), ("template_id", "in", templates.ids)],
                ["company_id", "template_id"],
            )
        }
        missing = [(c, t) for c in companies for t in templates if (c.id, t.id) not in there]
        created = groups.create([template._prepare_group_vals(company) for company, template in missing])
        for group in created:
            group.template_id._copy_texts(group)
        return created

    def _prepare_group_vals(self, company):
        self.ensure_one()
        return {
            "name": self.name,
            "description": self.description,
            "domain": self.domain,
            "sequence": self.sequence,
            "company_id": company.id,
            "template_id": self.id,
        }

    def _copy_texts(self, group):
        """Give a group the texts of its template in all languages."""
        for code, _name in self.env["res.lang"].get_installed():
            template = self.with_context(lang=code)
            group.with_context(lang=code).write({"name": template.name, "description": template.description})
