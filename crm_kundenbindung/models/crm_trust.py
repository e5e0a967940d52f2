from odoo import api, fields, models
from odoo.exceptions import AccessError


class CrmTrust(models.Model):
    """How far we can be trusted, as customers experience us: three parts, kept apart and explained.

    One row per customer, and one of the whole company; written each night by `crm.trust.engine`. Each
    part is 0 to 100, or not known. How the customer pays stands beside it and is in no part.
    """

    _name = "crm.trust"
    _description = "Trust Index"
    _order = "whole desc, weakest, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null", index="btree_not_null")
    whole = fields.Boolean("Whole Company", readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one("res.currency", related="company_id.currency_id")
    computed_on = fields.Datetime(readonly=True)
    credibility = fields.Float(readonly=True, digits=(5, 0), aggregator="avg")
    credibility_known = fields.Boolean(readonly=True)
    advantage = fields.Float("Mutual Advantage", readonly=True, digits=(5, 0), aggregator="avg")
    advantage_known = fields.Boolean(readonly=True)
    reliability = fields.Float(readonly=True, digits=(5, 0), aggregator="avg")
    reliability_known = fields.Boolean(readonly=True)
    weakest = fields.Float("Weakest Part", readonly=True, digits=(5, 0), aggregator="min")
    good_count = fields.Integer("Happy Smileys", readonly=True)
    neutral_count = fields.Integer("Neutral Smileys", readonly=True)
    bad_count = fields.Integer("Unhappy Smileys", readonly=True)
    complaint_count = fields.Integer("Complaints", readonly=True)
    complaint_late_count = fields.Integer("Complaints Late or Overdue", readonly=True)
    price_count = fields.Integer("Answers on Price and Performance", readonly=True)
    price_score = fields.Float("Price and Performance (0–100)", readonly=True, digits=(5, 0), aggregator="avg")
    margin_count = fields.Integer("Customers With a Known Margin", readonly=True)
    margin_positive_count = fields.Integer("Customers With a Positive Margin", readonly=True)
    promise_due_count = fields.Integer("Promises Decided or Overdue", readonly=True)
    promise_kept_count = fields.Integer("Promises Kept", readonly=True)
    delivery_count = fields.Integer("Deliveries With a Date", readonly=True)
    delivery_in_time_count = fields.Integer("Deliveries in Time", readonly=True)
    purchase_count = fields.Integer("Purchases", readonly=True)
    repeat_count = fields.Integer("Repeat Purchases", readonly=True)
    invoice_count = fields.Integer("Invoices Due", readonly=True)
    payment_days_late = fields.Float(
        "Pays Days Late",
        readonly=True,
        digits=(6, 1),
        aggregator="avg",
        help="On average; paid before the due date counts 0.",
    )
    overdue_amount = fields.Monetary("Overdue Now", readonly=True)
    credibility_text = fields.Char("Why This Credibility", compute="_compute_texts")
    advantage_text = fields.Char("Why This Advantage", compute="_compute_texts")
    reliability_text = fields.Char("Why This Reliability", compute="_compute_texts")
    payment_text = fields.Char("How the Customer Pays", compute="_compute_texts")

    _partner_uniq = models.UniqueIndex("(company_id, partner_id) WHERE partner_id IS NOT NULL")
    _whole_uniq = models.UniqueIndex("(company_id) WHERE whole")

    @api.depends("partner_id", "company_id", "whole")
    def _compute_display_name(self):
        for trust in self:
            trust.display_name = trust.company_id.name if trust.whole else trust.partner_id.display_name

    @api.depends("computed_on")
    @api.depends_context("lang")
    def _compute_texts(self):
        for trust in self:
            trust.credibility_text = " · ".join(trust._credibility_parts()) or self.env._(
                "No ratings and no complaints in 24 months."
            )
            trust.advantage_text = " · ".join(trust._advantage_parts())
            trust.reliability_text = " · ".join(trust._reliability_parts()) or self.env._(
                "No promises, deliveries or purchases."
            )
            trust.payment_text = trust._payment_part()

    def _credibility_parts(self):
        _, parts = self.env._, []
        ratings = self.good_count + self.neutral_count + self.bad_count
        if ratings:
            parts.append(
                _(
                    "%(good)s of %(ratings)s smileys happy, %(bad)s unhappy",
                    good=self.good_count,
                    ratings=ratings,
                    bad=self.bad_count,
                )
            )
        if self.complaint_count:
            parts.append(
                _(
                    "%(count)s complaints with %(purchases)s purchases, %(late)s of them late or overdue",
                    count=self.complaint_count,
                    purchases=self.purchase_count,
                    late=self.complaint_late_count,
                )
            )
        elif ratings:
            parts.append(_("no complaints"))
        return parts

    def _advantage_parts(self):
        _ = self.env._
        theirs = (
            _(
                "price and performance %(score)s of 100 (%(count)s answers)",
                score=round(self.price_score),
                count=self.price_count,
            )
            if self.price_count
            else _("customers were not asked about price and performance yet")
        )
        if not self.margin_count:
            ours = _("our margin is not known")
        elif self.whole:
            ours = _(
                "%(positive)s of %(count)s customers bring us a margin",
                positive=self.margin_positive_count,
                count=self.margin_count,
            )
        else:
            ours = _("brings us a margin") if self.margin_positive_count else _("costs us more than it brings")
        return [theirs, ours]

    def _reliability_parts(self):
        _, parts = self.env._, []
        if self.promise_due_count:
            parts.append(
                _("%(kept)s of %(due)s promises kept", kept=self.promise_kept_count, due=self.promise_due_count)
            )
        if self.delivery_count:
            parts.append(
                _(
                    "%(kept)s of %(due)s deliveries in time",
                    kept=self.delivery_in_time_count,
                    due=self.delivery_count,
                )
            )
        if self.purchase_count:
            parts.append(
                _(
                    "%(repeat)s of %(count)s purchases were repeat purchases",
                    repeat=self.repeat_count,
                    count=self.purchase_count,
                )
            )
        return parts

    def _payment_part(self):
        _ = self.env._
        if not self.invoice_count:
            return _("No invoice was due in 24 months.")
        days = round(self.payment_days_late)
        if not days:
            return _("Pays in time (%s invoices).", self.invoice_count)
        return _("Pays %(days)s days late on average (%(count)s invoices).", days=days, count=self.invoice_count)

    # -- written by the night alone -----------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list:
            raise AccessError(self.env._("The trust index is computed each night; nobody writes it."))
        return super().create(vals_list)

    def write(self, vals):
        if self:
            raise AccessError(self.env._("The trust index is computed each night; nobody writes it."))
        return super().write(vals)
