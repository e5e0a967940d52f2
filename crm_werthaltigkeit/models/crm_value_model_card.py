from odoo import api, fields, models
from odoo.tools import format_date, formatLang


class CrmValueModel(models.Model):
    """The model card in plain words."""

    _inherit = "crm.value.model"

    explanation = fields.Text(compute="_compute_explanation", help="Why the values show what they show.")
    tested = fields.Boolean(compute="_compute_explanation", help="Model and past were compared on the own past.")

    @api.depends("date", "company_id")
    def _compute_display_name(self):
        for card in self:
            moment = fields.Datetime.context_timestamp(card, card.date).date() if card.date else False
            card.display_name = self.env._("How the values of %s were computed", format_date(self.env, moment))

    @api.depends("decision", "reason_code", "cutoff")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for card in self:
            card.tested = card._is_tested()
            card.explanation = " ".join(filter(None, (card._backtest_sentence(), card._decision_sentence())))

    def _is_tested(self):
        """Whether model and past were compared on the company's own past."""
        return bool(self.cutoff and self.reason_code in ("model_better", "model_worse", "model_biased"))

    def _figure(self, value, digits=2):
        return formatLang(self.env, value, digits=digits)

    def _backtest_sentence(self):
        """What was predicted at the cutoff and how far model and past were off."""
        if not self._is_tested():
            return ""
        return self.env._(
            "On %(day)s we predicted the following %(days)s days: the model was off by %(model)s purchases per customer,"
            " repeating the same time before by %(past)s.",
            day=format_date(self.env, self.cutoff),
            days=self.holdout_days,
            model=self._figure(self.model_mae),
            past=self._figure(self.baseline_mae),
        )

    def _decision_sentence(self):
        """Why the model, the past or nothing is shown; an unknown reason says the decision alone."""
        texts = {**self._decision_texts(), **self._reason_texts()}
        return texts.get(self.reason_code) or texts.get(self.decision) or ""

    def _decision_texts(self):
        _ = self.env._
        return {
            "model": _("So the model is used."),
            "baseline": _("So the purchases of the past 12 months are shown."),
            "none": _("There is too little data for an expectation."),
        }

    def _reason_texts(self):
        """Sentences by the reason codes of the computation."""
        _ = self.env._
        bias = round(100 * self.model_bias)
        return {
            "model_better": _("So the model is used."),
            "model_worse": _("The model was worse, so the purchases of the past 12 months are shown instead."),
            "model_biased": _(
                "In total the model was off by %s %%, which is too much: the purchases of the past 12 months are shown"
                " instead.",
                f"{bias:+d}",
            ),
            "few_customers": _(
                "%(count)s customers had bought before that day; below 30 chance decides, so nothing is expected.",
                count=self.backtest_customers,
            ),
            "no_holdout": _("Nobody bought in that time, so nothing is expected."),
            "no_past": _("The past is too short to test an expectation, so nothing is expected."),
            "no_purchases": _("Nobody has bought yet, so nothing is expected."),
            "no_libraries": _(
                "This server lacks the libraries for statistics (numpy, scipy): the purchases of the past 12 months are"
                " shown."
            ),
        }

    def _summary(self):
        """One line for a customer's value: how well the method in use did on the company's own past."""
        if not self:
            return ""
        if not self._is_tested():
            return self._decision_sentence()
        model, past = self._figure(self.model_mae), self._figure(self.baseline_mae)
        if self.decision == "model":
            return self.env._(
                "Checked on the past: off by %(error)s purchases per customer in %(days)s days; repeating the past"
                " would have been off by %(other)s.",
                error=model,
                days=self.holdout_days,
                other=past,
            )
        return self.env._(
            "Checked on the past: off by %(error)s purchases per customer in %(days)s days; the model would have been"
            " off by %(other)s.",
            error=past,
            days=self.holdout_days,
            other=model,
        )

    def action_view_customers(self):
        """Open the customers whose values rest on this company's model."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_werthaltigkeit.crm_customer_value_action")
        domain = [("company_id", "=", self.company_id.id), ("orders_ever", ">", 0), ("anonymous", "=", False)]
        return dict(action, domain=domain)
