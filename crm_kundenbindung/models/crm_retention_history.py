from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.crm_werthaltigkeit.models.unchecked_many2one import UncheckedMany2one


class CrmRetentionHistory(models.Model):
    """A customer's way from one stage to another; written once by `crm.retention.engine`, never changed.

    The first stage of a customer has no stage before it. Rows hold no personal text: whoever is erased or
    objects to profiling goes from them, the counts stay.
    """

    _name = "crm.retention.history"
    _description = "Change of Stage"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null", index="btree_not_null")
    company_id = UncheckedMany2one("res.company", required=True, readonly=True, ondelete="cascade")
    user_id = UncheckedMany2one("res.users", "Salesperson", readonly=True, ondelete="set null", help="On that day.")
    team_id = UncheckedMany2one("crm.team", "Sales Team", readonly=True, ondelete="set null", help="On that day.")
    from_stage_id = UncheckedMany2one(
        "crm.retention.stage",
        "From",
        readonly=True,
        ondelete="restrict",
        help="Empty: the first stage that was computed.",
    )
    to_stage_id = UncheckedMany2one("crm.retention.stage", "To", required=True, readonly=True, ondelete="restrict")
    date = fields.Date(required=True, readonly=True, index=True)
    days = fields.Integer(
        "Days in Stage Before", readonly=True, aggregator="avg", help="Empty where the beginning is not known."
    )

    @api.depends("from_stage_id", "to_stage_id")
    def _compute_display_name(self):
        for change in self:
            names = filter(None, (change.from_stage_id.name, change.to_stage_id.name))
            change.display_name = " → ".join(names)

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list:
            raise AccessError(self.env._("Changes of stage are written by the nightly computation alone."))
        return super().create(vals_list)

    def write(self, vals):
        if self:
            raise AccessError(self.env._("A change of stage that happened cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        raise AccessError(self.env._("A change of stage that happened cannot be deleted."))

    def action_view_customer(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()
