from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LoyaltyProgram(models.Model):
    """What kind of card a programme gives to its customers, and to which of them."""

    _inherit = "loyalty.program"

    card_kind = fields.Selection(
        [("points", "Points"), ("stamps", "Stamps")], "Card Shows", required=True, default="points",
        help="A stamp card has a field per stamp and a reward on some of them; a points card has a balance.",
    )  # fmt: skip
    card_keep = fields.Boolean(
        "Rewards Along the Way Keep the Stamps",
        help="As on paper: every reward is given once per book and costs no stamps; only the last one hands in the book. "
        "Otherwise each reward costs the stamps it asks for, and the customer may save up for a better one.",
    )
    card_size = fields.Integer(
        "Stamps in a Book", compute="_compute_card_size", help="As many as the reward with the most stamps asks for."
    )
    card_group_id = fields.Many2one(
        "crm.customer.group", "Only for Group", ondelete="restrict", index="btree_not_null",
        domain="[('company_id', '=?', company_id)]",
        help="Only customers of this group earn points or stamps and are given discounts of this program. Who leaves the "
        "group keeps what was earned, and may still redeem it.",
    )  # fmt: skip

    @api.depends("reward_ids.required_points", "reward_ids.active")
    def _compute_card_size(self):
        for program in self:
            program.card_size = max(map(int, program.reward_ids.mapped("required_points")), default=0)

    @api.constrains("card_kind", "card_keep", "rule_ids", "reward_ids", "program_type", "applies_on")
    def _check_stamps(self):
        """Stamps are whole, and a book ends with its last reward."""
        for program in self.filtered(lambda program: program.card_kind == "stamps"):
            if not program.is_nominative or program.is_payment_program:
                raise ValidationError(self.env._("A stamp card is a loyalty card for current and future orders."))
            rules, rewards = program.rule_ids, program.reward_ids
            if any(rule.reward_point_mode == "money" or rule.reward_point_amount % 1 for rule in rules):
                raise ValidationError(
                    self.env._("Stamps are whole: a rule gives a number of them per order or unit, none per amount.")
                )
            if any(reward.required_points % 1 or reward.required_points < 1 for reward in rewards):
                raise ValidationError(self.env._("A reward of a stamp card asks for a whole number of stamps."))
            if any(reward.clear_wallet or reward.discount_mode == "per_point" for reward in rewards):
                raise ValidationError(self.env._("A reward of a stamp card is the same however many stamps there are."))
            if program.card_keep and "pos_ok" in program._fields and program.pos_ok:
                raise ValidationError(
                    self.env._(
                        "The point of sale takes stamps for every reward. Where rewards along the way keep the stamps, "
                        "switch the point of sale off for this program and stamp on the customer's card."
                    )
                )

    @api.constrains("card_group_id", "company_id")
    def _check_card_group(self):
        for program in self.filtered("card_group_id"):
            if program.company_id.root_id != program.card_group_id.company_id:
                raise ValidationError(
                    self.env._(
                        "“%(group)s” is a group of %(company)s: the program has to be one of this company too.",
                        group=program.card_group_id.name,
                        company=program.card_group_id.company_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("card_keep") and "pos_ok" in self._fields:
                vals["pos_ok"] = False
        programs = super().create(vals_list)
        programs._show_stamps()
        return programs

    def write(self, vals):
        result = super().write(vals)
        if vals.get("card_kind") == "stamps":
            self._show_stamps()
        if vals.get("pos_ok"):  # the field of an app that may be missing: no constraint can name it
            self._check_stamps()
        return result

    def _show_stamps(self):
        """Whoever has a stamp card needs “Stamp Now” on customers: switch it on."""
        group = self.env.ref("crm_kundenbindung.group_kundenbindung_stamps", raise_if_not_found=False)
        if group and self.filtered(lambda program: program.card_kind == "stamps"):
            users = self.env.ref("crm_kundenbindung.group_kundenbindung_user").sudo()
            if group not in users.implied_ids:
                users.write({"implied_ids": [(4, group.id)]})

    @api.private
    def _admits(self, partner):
        """Whether this customer may earn in this programme."""
        self.ensure_one()
        group = self.sudo().card_group_id
        return not group or partner.commercial_partner_id.id in group._card_members(partner)
