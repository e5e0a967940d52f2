from odoo import api, fields, models

PRIOR = 2  # measures that the experience with the customer's group counts for


class CrmRetentionFactor(models.Model):
    """A part of the urgency: what counts, and how much.

    `crm.retention.factor.engine` has one method per code; the words that explain a part are here.
    """

    _name = "crm.retention.factor"
    _description = "Part of the Urgency"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, readonly=True, help="Technical name of the computation.")
    description = fields.Char(translate=True, help="How the part is computed.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    weight = fields.Integer(
        default=10, help="Against the weights of the other parts. Parts that are not known of a customer do not count."
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "Another part has this code already.")
    _weight = models.Constraint("CHECK(weight >= 0)", "A weight is not negative.")

    def write(self, vals):
        result = super().write(vals)
        if {"weight", "active"} & set(vals):
            self.env["crm.computation"].sudo()._request("retention")
        return result

    @api.private
    def explain(self, retention, part, figure, other):
        """Return the part of a customer's urgency in words, empty where there is nothing to say.

        :param part: 0 to 1
        :param figure, other: what the engine found, by the code's meaning; None where there is none
        """
        self.ensure_one()
        words = getattr(self, f"_words_{self.code}", None)
        return (words(retention, part, figure, other) if words else "") or ""

    def _words_rhythm(self, retention, part, figure, _other):
        """:param figure: own mean interval in days, None without a rhythm"""
        _ = self.env._
        if not retention.last_order_date:
            return ""
        days = retention.days_since_order
        if not figure:
            return _("last order %s days ago, no rhythm yet", days)
        if part <= 0:
            return _(
                "buys every %(interval)s days, last %(days)s days ago: within the rhythm",
                interval=round(figure),
                days=days,
            )
        return _(
            "buys every %(interval)s days, last %(days)s days ago: the rhythm is broken",
            interval=round(figure),
            days=days,
        )

    def _words_satisfaction(self, _retention, part, figure, other):
        """:param figure, other: mean of the last three smileys and of those before, 0 bad to 1 good"""
        _ = self.env._
        if part <= 0:
            return _("not falling")
        if other is None:
            return _("last smileys at %s %%, none before", round(100 * figure))
        return _(
            "last smileys at %(now)s %%, before at %(before)s %%", now=round(100 * figure), before=round(100 * other)
        )

    def _words_complaint(self, _retention, _part, figure, other):
        """:param figure, other: open complaints, and those of them that are overdue"""
        _ = self.env._
        if not figure:
            return _("none open")
        words = _("1 complaint open") if figure == 1 else _("%s complaints open", round(figure))
        return _("%(complaints)s, %(late)s overdue", complaints=words, late=round(other)) if other else words

    def _words_promise(self, _retention, _part, figure, other):
        """:param figure, other: promises to the customer broken in a year, and open ones overdue"""
        _ = self.env._
        words = []
        if figure:
            words.append(
                _("1 promise broken in 12 months")
                if figure == 1
                else _("%s promises broken in 12 months", round(figure))
            )
        if other:
            words.append(_("1 promise overdue") if other == 1 else _("%s promises overdue", round(other)))
        return ", ".join(words) or _("all kept")

    def _words_range(self, _retention, _part, figure, other):
        """:param figure, other: product categories bought, and those that the broadest tenth of customers buys"""
        if figure == 1:
            return self.env._("buys 1 product category; broad customers buy %s", round(other))
        return self.env._(
            "buys %(own)s product categories; broad customers buy %(broad)s", own=round(figure), broad=round(other)
        )

    def _words_response(self, retention, part, figure, other):
        """:param figure, other: measures that asked for a response, and the largest effect proved in the customer's groups"""
        words = []
        if figure:
            responded = round(part * (figure + PRIOR) - PRIOR * other)
            words.append(
                self.env._("responded to %(count)s of %(measures)s measures", count=responded, measures=round(figure))
            )
        if other:
            words.append(
                self.env._("the best instrument so far brought %s %% more of this group back", round(100 * other))
            )
        return "; ".join(words)
