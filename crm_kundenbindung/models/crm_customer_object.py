from odoo import api, fields, models


class CrmCustomerObject(models.Model):
    """Something a customer owns and we look after, with the days on which something is due."""

    _name = "crm.customer.object"
    _description = "Customer's Object"
    _inherit = ["mail.thread", "mail.activity.mixin", "crm.due.mixin"]
    _order = "due_date, name, id"
    _rec_names_search = ["name", "identification"]

    name = fields.Char("What It Is", required=True, tracking=1, help="For example make and model.")
    kind_id = fields.Many2one(
        "crm.customer.object.kind",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env["crm.customer.object.kind"].search([], limit=1),
    )
    icon = fields.Char("Symbol", related="kind_id.icon")
    identification_label = fields.Char(related="kind_id.identification_label", string="Told Apart By")
    identification = fields.Char(tracking=2, help="Licence plate, serial number: what tells it apart.")
    partner_id = fields.Many2one("res.partner", "Owner", required=True, ondelete="restrict", index=True, tracking=3)
    commercial_partner_id = fields.Many2one(
        "res.partner", "Customer", compute="_compute_commercial_partner_id", store=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        domain=[("share", "=", False)],
        ondelete="set null",
        index="btree_not_null",
        help="Is told where the owner must not be reminded by mail. By default the customer's salesperson.",
    )
    active = fields.Boolean(default=True, tracking=4)
    note = fields.Text()
    due_ids = fields.One2many("crm.customer.object.due", "object_id", "Due Dates")
    due_date = fields.Date("Next Due", compute="_compute_due", store=True, index="btree_not_null")
    due_kind_id = fields.Many2one(
        "crm.customer.object.due.kind", "What Is Due", compute="_compute_due", store=True, ondelete="set null"
    )
    state = fields.Selection(
        [("open", "Something is due"), ("none", "Nothing is due")], "Status", compute="_compute_due", store=True
    )

    @api.depends("name", "identification")
    def _compute_display_name(self):
        for record in self:
            record.display_name = " · ".join(text for text in (record.name, record.identification) if text)

    @api.depends("partner_id.commercial_partner_id")
    def _compute_commercial_partner_id(self):
        for record in self:
            record.commercial_partner_id = record.partner_id.commercial_partner_id

    @api.depends("partner_id")
    def _compute_user_id(self):
        for record in self:
            owner = record.partner_id
            record.user_id = record.user_id or owner.user_id or owner.commercial_partner_id.user_id

    @api.depends("due_ids.due_date", "due_ids.state", "due_ids.kind_id")
    def _compute_due(self):
        for record in self:
            first = record.due_ids.filtered(lambda due: due.state == "open" and due.due_date).sorted("due_date")[:1]
            record.due_date = first.due_date
            record.due_kind_id = first.kind_id
            record.state = "open" if first else "none"

    def write(self, vals):
        """Whoever gives an object to a new owner starts its reminders anew: the former one's are not theirs."""
        owners = {record: record.partner_id for record in self} if "partner_id" in vals else {}
        result = super().write(vals)
        changed = self.browse().union(*(r for r, owner in owners.items() if owner != r.partner_id))
        changed.due_ids.filtered(lambda due: due.state == "open").sudo().write({"reminded_for": False})
        return result
