from datetime import timedelta
from string import Formatter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date, formatLang

from odoo.addons.crm_werthaltigkeit.models.crm_customer_value import VALUE_CLASSES
from odoo.addons.crm_werthaltigkeit.models.unchecked_many2one import UncheckedMany2one


class CrmNextAction(models.Model):
    """The next best action for a customer: one open proposal, the one with most at stake.

    `crm.next.action.engine` makes and withdraws proposals; people decide: done, later, no. What somebody
    decided is never changed by the engine, and remembered.
    """

    _name = "crm.next.action"
    _description = "Next Action"
    _order = "first desc, stake desc, urgency desc, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null", index="btree_not_null")
    company_id = UncheckedMany2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = UncheckedMany2one("res.currency", required=True, readonly=True, ondelete="restrict")
    type_id = fields.Many2one(
        "crm.next.action.type", "Kind", required=True, readonly=True, ondelete="restrict", index=True
    )
    type_icon = fields.Char(related="type_id.icon")
    user_id = UncheckedMany2one("res.users", "Salesperson", readonly=True, ondelete="set null", index="btree_not_null")
    team_id = UncheckedMany2one("crm.team", "Sales Team", readonly=True, ondelete="set null")
    stage_id = UncheckedMany2one("crm.retention.stage", readonly=True, ondelete="restrict")
    stage_code = fields.Char(related="stage_id.code")
    value_class = fields.Selection(VALUE_CLASSES, readonly=True)
    first = fields.Boolean("Before All Others", readonly=True)
    stake = fields.Monetary("At Stake", readonly=True)
    stake_basis = fields.Selection(
        [
            ("risk", "margin at risk"),
            ("risk_revenue", "revenue at risk"),
            ("year", "CM II it brought in a year"),
            ("year_revenue", "revenue it brought in a year"),
            ("expected", "expected CM II, 12 months"),
            ("expected_revenue", "expected revenue, 12 months"),
            ("purchase", "CM II of a purchase"),
            ("purchase_revenue", "revenue of a purchase"),
        ],
        "What the Amount Is",
        readonly=True,
    )
    potential_known = fields.Boolean("Potential Measured", readonly=True)
    potential = fields.Monetary("Retention Potential", readonly=True, help="Empty until a measure was finished.")
    urgency = fields.Integer(readonly=True, aggregator="avg", help="0 to 100: how much speaks for acting now.")
    facts = fields.Json(readonly=True, help="The figures behind the reason.")
    reason = fields.Char("Why Now", compute="_compute_texts")
    proposal = fields.Char(compute="_compute_texts")
    state = fields.Selection(
        [("open", "Open"), ("accepted", "Done It"), ("postponed", "Later"), ("refused", "No")],
        default="open",
        required=True,
        readonly=True,
    )
    proposed_on = fields.Date(readonly=True)
    postponed_until = fields.Date(readonly=True)
    refusal_id = fields.Many2one("crm.next.action.refusal", "Refused Because", readonly=True, ondelete="restrict")
    refusal_note = fields.Char("Note", readonly=True)
    remembered_until = fields.Date(
        "Not Again Until", readonly=True, help="Until then this proposal is not made to this customer again."
    )
    decided_by_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    decided_on = fields.Date(readonly=True)
    activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null", index="btree_not_null")
    phone = fields.Char(related="partner_id.phone")

    _open_uniq = models.UniqueIndex(
        "(company_id, partner_id) WHERE state = 'open'", "A customer has one open proposal."
    )
    _list_idx = models.Index("(first DESC, stake DESC, urgency DESC, id) WHERE state = 'open'")

    # -- in words -------------------------------------------------------------------------------------

    @api.depends("facts", "type_id", "stake")
    @api.depends_context("lang")
    def _compute_texts(self):
        products = (
            self.env["product.product"]
            .sudo()
            .browse({row.facts[key] for row in self for key in ("product", "because") if (row.facts or {}).get(key)})
            .exists()
        )
        names = {product.id: product.name for product in products}
        causes = self._names("crm.complaint.cause", "cause")
        subjects = {
            "complaint_open": self._names("crm.complaint", "record"),
            "promise_due": self._names("crm.promise", "record"),
        }
        for row in self:
            kind = row.type_id.sudo()
            words = row._placeholders(names, causes, subjects.get(kind.condition, {}))
            row.reason = row._fill(kind.reason, words)
            row.proposal = row._fill(kind.proposal, words)

    def _names(self, model, key):
        """Return {id: name} of the records that the facts of these proposals name under a key."""
        ids = {row.facts[key] for row in self if (row.facts or {}).get(key)}
        if not ids:
            return {}
        return {record.id: record.name for record in self.env[model].sudo().browse(ids).exists()}

    @staticmethod
    def _fill(text, words):
        """Put the words into the placeholders of a text; nothing else of a format string has an effect."""
        parts = [
            plain + words.get(name, "") if name is not None else plain
            for plain, name, _s, _c in Formatter().parse(text or "")
        ]
        sentence = "".join(parts).strip()
        return sentence[:1].upper() + sentence[1:]

    def _placeholders(self, products, causes, subjects):
        """Return the words for the placeholders: {name: text}."""
        facts = self.facts or {}
        date = lambda name: format_date(self.env, facts[name]) if facts.get(name) else ""  # noqa: E731
        days = self._days_since(facts)
        return {
            "customer": self.partner_id.name or "",
            "rhythm": self._rhythm_words(facts, days),
            "last_order": date("last"),
            "days": str(days or 0),
            "orders": str(facts.get("purchases") or 0),
            "amount": formatLang(self.env, self.stake, currency_obj=self.currency_id, rounding_unit="units"),
            "product": products.get(facts.get("product"), ""),
            "because": products.get(facts.get("because"), ""),
            "date": date("due"),
            "subject": subjects.get(facts.get("record")) or "",
            "cause": causes.get(facts.get("cause")) or self.env._("no cause named"),
            "count": str(facts.get("count") or 1),
        }

    def _days_since(self, facts):
        last = fields.Date.to_date(facts.get("last"))
        return (self.company_id.sudo()._werthaltigkeit_today() - last).days if last else None

    def _rhythm_words(self, facts, days):
        _ = self.env._
        if days is None:
            return _("no purchase yet")
        if facts.get("interval") and (facts.get("purchases") or 0) > 2:
            return _(
                "usually every %(interval)s days, last order %(days)s days ago",
                interval=round(facts["interval"]),
                days=days,
            )
        if facts.get("purchases") == 1:
            return _("bought once, %s days ago", days)
        return _("last order %s days ago", days)

    # -- decisions --------------------------------------------------------------------------------------

    def _to_decide(self):
        """Return these proposals with the right to write them: whoever sees one may decide on it, once.

        :raise UserError: where somebody else decided in between
        """
        self.check_access("read")
        if not self.env.user.has_group("crm_kundenbindung.group_kundenbindung_user"):
            raise AccessError(self.env._("Only people of sales decide on proposals."))
        rows = self.sudo()
        rows.lock_for_update()
        rows.invalidate_recordset(["state", "decided_by_id"])
        for row in rows.filtered(lambda row: row.state not in ("open", "postponed") or not row.partner_id):
            who = row.decided_by_id.name or self.env._("Somebody")
            raise UserError(
                self.env._(
                    "%(who)s decided on the proposal for %(customer)s already.", who=who, customer=row.partner_id.name
                )
            )
        return rows

    def _decision(self, state, **values):
        today = fields.Date.context_today(self)
        return {"state": state, "decided_by_id": self.env.uid, "decided_on": today, **values}

    def action_do(self):
        """Plan the activity on the contact: now it stands in the calendar of whoever does it."""
        rows = self._to_decide()
        today = fields.Date.context_today(self)
        deadlines = []
        for row in rows:
            activity = row._plan_activity(today + timedelta(days=row.type_id.deadline_days))
            deadlines.append(activity.date_deadline)
            row.write(
                row._decision(
                    "accepted",
                    activity_id=activity.id,
                    remembered_until=today + timedelta(days=row.type_id.repeat_days),
                )
            )
        if not deadlines:
            return True
        message = self.env._("Planned for %s.", format_date(self.env, min(deadlines)))
        return self._told(message)

    def _plan_activity(self, deadline):
        """Create the activity; `self` is sudo: planning something with one's own customer takes no right to edit contacts."""
        todo = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        kind = self.type_id.activity_type_id or todo or self.env["mail.activity.type"].search([], limit=1)
        return self.env["mail.activity"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": self.partner_id.id,
                "activity_type_id": kind.id,
                "summary": self.proposal,
                "note": self.reason,
                "user_id": self.env.uid,
                "date_deadline": deadline,
            }
        )

    def _postpone(self, until):
        """:raise UserError: for a day that is not in the future"""
        if not until or until <= fields.Date.context_today(self):
            raise UserError(self.env._("Choose a day in the future."))
        rows = self._to_decide()
        rows.write(rows._decision("postponed", postponed_until=until))

    def _refuse(self, refusal, note=False):
        """Refuse for a reason, which is remembered."""
        if not refusal:
            raise UserError(self.env._("Say why: the reason keeps the proposal from coming back."))
        rows = self._to_decide()
        today = fields.Date.context_today(self)
        for kind, same in rows.grouped("type_id").items():
            months = refusal.months or kind.refusal_months
            until = fields.Date.add(today, months=months)
            same.write(rows._decision("refused", refusal_id=refusal.id, refusal_note=note, remembered_until=until))

    def action_later(self):
        return self._action_decide("later", self.env._("Later"))

    def action_no(self):
        return self._action_decide("no", self.env._("No, because …"))

    def _action_decide(self, mode, name):
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "crm.next.action.decision",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_mode": mode, "default_action_ids": self.ids},
        }

    def action_reopen(self):
        """Take a decision back; the activity that was planned stays where it is."""
        self.check_access("read")
        rows = self.sudo()
        open_ones = self.sudo().search(
            [
                ("partner_id", "in", rows.partner_id.ids),
                ("company_id", "in", rows.company_id.ids),
                ("state", "=", "open"),
            ]
        )
        taken = {(row.partner_id, row.company_id) for row in open_ones}
        for row in rows.filtered(lambda row: row.state != "open" and row.partner_id):
            if (row.partner_id, row.company_id) in taken:
                raise UserError(self.env._("%s has another open proposal.", row.partner_id.name))
            taken.add((row.partner_id, row.company_id))
            row.write(
                {"state": "open", "postponed_until": False, "remembered_until": False, "refusal_id": False, "refusal_note": False,
                 "decided_by_id": False, "decided_on": False}
            )  # fmt: skip
        return True

    def _told(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": message, "type": "success", "next": {"type": "ir.actions.act_window_close"}},
        }

    # -- every number opens its records -------------------------------------------------------------------

    def action_view_customer(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def action_view_retention(self):
        """Open what stage, stake and urgency rest on."""
        self.ensure_one()
        row = self.env["crm.retention"].search(
            [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)], limit=1
        )
        return row.get_formview_action()

    def action_recompute(self):
        self.check_access("read")
        computations = (
            self.env["crm.computation"].sudo()._request("retention", self.env.companies.root_id, self.env.user)
        )
        return computations._notification()
