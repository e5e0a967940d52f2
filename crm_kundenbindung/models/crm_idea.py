from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import is_html_empty


class CrmIdea(models.Model):
    """An idea of a customer or of one of us, from the first word to the answer to who had it."""

    _name = "crm.idea"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Idea"
    _order = "priority desc, id desc"

    name = fields.Char("Idea", required=True, tracking=True)
    description = fields.Html("In More Words")
    active = fields.Boolean(default=True)
    priority = fields.Selection([("0", "Normal"), ("1", "Important")], default="0")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    stage_id = fields.Many2one(
        "crm.idea.stage",
        ondelete="restrict",
        tracking=True,
        index=True,
        copy=False,
        default=lambda self: self.env["crm.idea.stage"].search([], limit=1),
        group_expand="_read_group_expand_full",
    )
    state = fields.Selection(related="stage_id.state", store=True, string="State of the Idea")
    category_ids = fields.Many2many("crm.idea.category", string="Categories")
    origin = fields.Selection(
        [("customer", "Customer"), ("employee", "Employee")], "Idea Of", required=True, default="employee"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", ondelete="set null", index="btree_not_null", help="The customer who had the idea."
    )
    author_id = fields.Many2one(
        "res.users",
        "Employee",
        ondelete="set null",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        help="Who had the idea, or brought it in for a customer.",
    )
    user_id = fields.Many2one(
        "res.users", "Looked After By", ondelete="set null", tracking=True, domain="[('share', '=', False)]"
    )
    vote_ids = fields.Many2many("res.users", "crm_idea_vote_rel", string="Votes", readonly=True, copy=False)
    vote_count = fields.Integer("Number of Votes", compute="_compute_votes", store=True)
    voted = fields.Boolean("I Voted", compute="_compute_voted")
    duplicate_of_id = fields.Many2one(
        "crm.idea",
        "Same as",
        ondelete="set null",
        copy=False,
        index="btree_not_null",
        help="The idea that says the same; this one is answered with it.",
    )
    duplicate_ids = fields.One2many("crm.idea", "duplicate_of_id", "Said Again")
    answered_on = fields.Datetime(readonly=True, copy=False)

    @api.depends("vote_ids")
    def _compute_votes(self):
        for idea in self:
            idea.vote_count = len(idea.vote_ids)

    @api.depends("vote_ids")
    @api.depends_context("uid")
    def _compute_voted(self):
        for idea in self:
            idea.voted = self.env.user in idea.vote_ids

    @api.constrains("duplicate_of_id")
    def _check_duplicate(self):
        if self._has_cycle("duplicate_of_id"):
            raise ValidationError(self.env._("An idea cannot be the same as itself."))

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        if self.partner_id:
            self.origin = "customer"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("partner_id") and not vals.get("origin"):
                vals["origin"] = "customer"
        return super().create(vals_list)

    def action_vote(self):
        """Vote for an idea, or take the vote back."""
        self.check_access("read")
        for idea in self.sudo():
            idea.vote_ids = [(3 if self.env.user in idea.vote_ids else 4, self.env.uid)]

    def _recipient(self):
        """Who had the idea, and so gets the answer."""
        self.ensure_one()
        return self.partner_id if self.origin == "customer" else self.author_id.partner_id

    def action_answer(self):
        """Open a mail to who had the idea; the text is a person's, the template is only a beginning."""
        self.ensure_one()
        partner = self._recipient()
        if not partner:
            raise UserError(self.env._("Nobody is named who had this idea."))
        template = self.env.ref("crm_kundenbindung.mail_template_idea", raise_if_not_found=False)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": partner.ids,
                "default_template_id": template.id if template else False,
                "crm_idea_answer": True,
            },
        }

    def message_post(self, **kwargs):
        """What the composer of an answer sends is the answer."""
        message = super().message_post(**kwargs)
        if self.env.context.get("crm_idea_answer") and not is_html_empty(message.body):
            self.sudo().answered_on = fields.Datetime.now()
        return message

    def action_open_duplicate(self):
        self.ensure_one()
        return self.duplicate_of_id.get_formview_action()
