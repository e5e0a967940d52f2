from odoo import api, fields, models
from odoo.exceptions import UserError

from .crm_measure_terms import AUTOMATIC, TREATMENTS
from .crm_outreach import CHANNELS

BATCH = 100  # customers treated in one transaction


class CrmMeasure(models.Model):
    """How a measure reaches the treated customers: each once, nobody of the control group.

    What Odoo can do itself it does in batches: the treatment and the note that it happened are one transaction, so a
    killed job goes on where it was and treats nobody twice.
    """

    _inherit = "crm.measure"

    treatment = fields.Selection(TREATMENTS, "Carried Out By", required=True, default="manual")
    treat_since = fields.Datetime("Carried Out Since", readonly=True, copy=False)
    reached_count = fields.Integer("Reached", readonly=True, copy=False, help="Treated customers who were reached.")
    response_ids = fields.One2many("crm.measure.response", "measure_id", "All Responses", readonly=True)
    response_count = fields.Integer(
        "Responded", compute="_compute_response_count", help="Treated customers who responded, however they did."
    )
    failed_count = fields.Integer("Set Aside", compute="_compute_failed_count")
    outreach_channel = fields.Selection(
        [pair for pair in CHANNELS if pair[0] != "export"], "Contact Channel", default="letter"
    )
    channel_id = fields.Many2one(
        "crm.touchpoint.channel",
        "Contact Channel of Touchpoints",
        ondelete="set null",
        default=lambda self: self.env.ref("crm_werthaltigkeit.touchpoint_channel_letter", raise_if_not_found=False),
        help="How the treated are reached: its rates are what a contact costs.",
    )
    outreach_id = fields.Many2one("crm.outreach", "Campaign", readonly=True, copy=False, ondelete="restrict", index="btree_not_null")  # fmt: skip
    # not activity_…: those are the next activity of the measure itself
    task_type_id = fields.Many2one(
        "mail.activity.type",
        "Activity",
        domain="[('res_model', 'in', (False, 'res.partner'))]",
        ondelete="set null",
        default=lambda self: self.env.ref("mail.mail_activity_data_call", raise_if_not_found=False),
    )
    task_summary = fields.Char(
        "What Is to Be Done", help="Stands on the activity; it goes to the salesperson of the customer."
    )
    task_days = fields.Integer("To Be Done Within (Days)", default=7)
    program_id = fields.Many2one(
        "loyalty.program",
        "Programme",
        domain="[('program_type', 'not in', ('ewallet', 'promotion', 'promo_code', 'buy_x_get_y')),"
        " ('company_id', 'in', (company_id, False))]",
        ondelete="restrict",
        index="btree_not_null",
        help="With a card per customer: points on it, through the ledger. Else a coupon of its own for each.",
    )
    points = fields.Float("Points for Each", default=1.0)

    _treatment_numbers = models.Constraint("CHECK(task_days >= 0 AND points >= 0)", "Days and points are not negative.")

    def _compute_response_count(self):
        rows = self.env["crm.measure.participant"]._read_group(
            [("measure_id", "in", self.ids), ("responded_on", "!=", False)], ["measure_id"], ["__count"]
        )
        counts = dict(rows)
        for measure in self:
            measure.response_count = counts.get(measure, 0)

    def _compute_failed_count(self):
        rows = self.env["crm.measure.participant"]._read_group(
            [("measure_id", "in", self.ids), ("failure", "!=", False)], ["measure_id"], ["__count"]
        )
        counts = dict(rows)
        for measure in self:
            measure.failed_count = counts.get(measure, 0)

    def _check_plan(self):
        """What the treatment needs has to be there before it is approved."""
        for measure in self:
            if measure.treatment == "reward" and not (measure.program_id and measure.points):
                raise UserError(
                    self.env._("Choose the programme and the points that each customer of “%s” gets.", measure.name)
                )
            if measure.treatment == "activity" and not measure.task_type_id:
                raise UserError(
                    self.env._("Choose the activity that is planned for each customer of “%s”.", measure.name)
                )
        return super()._check_plan()

    # -- steps ------------------------------------------------------------------------------------

    def action_treat(self):
        """Reach the treated: at once for a batch, in the background for more; a campaign or a list opens for people to do it."""
        self.ensure_one()
        self.check_access("write")
        self._check_state("running")
        if self.treatment == "manual":
            return self._action_participants([("arm", "=", "treated"), ("treated_on", "=", False)])
        if self.treatment == "outreach":
            return self.action_outreach()
        sudo = self.sudo()
        sudo._internal().write({"treat_since": sudo.treat_since or fields.Datetime.now()})
        self.env["crm.measure.engine"].sudo()._forget_objectors(sudo)
        sudo.participant_ids.filtered("failure")._internal().write({"failure": False})
        ids = sudo._to_treat(BATCH + 1)
        if len(ids) > BATCH:
            self.env.ref("crm_kundenbindung.ir_cron_measure_treat").sudo()._trigger()
            return self._told(self.env._("The customers are treated in the background."))
        sudo._treat_batch(self.env["crm.measure.participant"].sudo().browse(ids))
        sudo._count_reached()
        return self._told(self.env._("%s customers treated.", len(ids) - self.failed_count))

    def action_outreach(self):
        """Open the campaign; it goes to the treated, and to nobody before they are drawn."""
        self.ensure_one()
        if self.treatment != "outreach":
            raise UserError(self.env._("“%s” is not carried out by a campaign.", self.name))
        if not self.outreach_id:
            self.check_access("write")
            self.sudo()._internal().outreach_id = self.env["crm.outreach"].sudo().create(self._prepare_outreach_vals())
        outreach = self.outreach_id
        if self.drawn_on and outreach.state in ("draft", "checked"):
            outreach.action_check()
        return outreach.get_formview_action()

    def _prepare_outreach_vals(self):
        return {
            "name": self.name,
            "channel": self.outreach_channel or "letter",
            "target": "measure",
            "measure_id": self.id,
            "purpose": self.goal,
            "user_id": self.user_id.id or self.env.uid,
            "company_id": self.company_id.id,
            "campaign_id": self.campaign_id.id,
        }

    def _told(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -- row by row -------------------------------------------------------------------------------

    @api.model
    def _cron_treat(self):
        """Treat who is to be treated, in batches; killed, it goes on where it was."""
        for measure in self.search([("state", "=", "running"), ("treat_since", "!=", False)], order="id"):
            self.env["crm.measure.engine"]._forget_objectors(measure)
            if measure.standing:
                self.env["crm.measure.treatment.engine"]._leave_out(measure)
            if measure.treatment in AUTOMATIC and not measure._treat_all(commit=True):
                return
            if measure.standing and measure.outreach_id:
                measure._send_standing()
                self.env["ir.cron"]._commit_progress(1)
        self.env["crm.measure.treatment.engine"]._sync()
        self.env["ir.cron"]._commit_progress(1)

    def _to_treat(self, limit=None):
        domain = [
            ("measure_id", "=", self.id),
            ("arm", "=", "treated"),
            ("treated_on", "=", False),
            ("failure", "=", False),
            ("activity_id", "=", False),
            ("partner_id", "!=", False),
        ]
        return self.env["crm.measure.participant"].search(domain, order="id", limit=limit).ids

    def _treat_all(self, commit=False):
        """Treat everybody who waits; return whether all is done."""
        self.ensure_one()
        cron, participants = self.env["ir.cron"], self.env["crm.measure.participant"]
        waiting = self._to_treat()
        if commit:
            cron._commit_progress(remaining=len(waiting))
        for start in range(0, len(waiting), BATCH):
            ids = waiting[start : start + BATCH]
            rows = participants.browse(ids).try_lock_for_update()
            self._treat_batch(
                rows.filtered(lambda r: not (r.treated_on or r.activity_id or r.failure) and r.partner_id)
            )
            if commit and not cron._commit_progress(len(ids)):
                return start + BATCH >= len(waiting)
        self._count_reached()
        return True

    def _treat_batch(self, rows):
        """Treatment and note are one transaction; one bad row is set aside and stops nobody else."""
        method = getattr(self, f"_treat_{self.treatment}")
        self.env["crm.batch"]._do_or_set_aside(
            rows, method, lambda row, reason: row.sudo()._internal().write({"failure": reason})
        )

    def _treat_activity(self, rows):
        """Plan an activity on each customer, spread over the days there are; the customer is treated when it is done."""
        today = self.company_id._werthaltigkeit_today()
        quick = self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True)
        model = self.env["ir.model"]._get_id("res.partner")
        activities = quick.create(
            [
                {
                    "res_model_id": model,
                    "res_id": row.partner_id.id,
                    "activity_type_id": self.task_type_id.id,
                    "summary": self.task_summary or self.name,
                    "note": self.goal,
                    "date_deadline": fields.Date.add(today, days=row.id % (self.task_days + 1)),
                    "user_id": row._responsible().id,
                }
                for row in rows
            ]
        )
        for row, activity in zip(rows, activities, strict=True):
            row._internal().activity_id = activity

    def _treat_reward(self, rows):
        """Points on the card of each, or a coupon for each; mailed only to whom mails may be sent."""
        today = self.company_id._werthaltigkeit_today()
        mailed = set(self.env["crm.measure.treatment.engine"]._may_be_mailed(self.company_id, rows.partner_id.ids))
        for row in rows:
            cards = self.env["loyalty.card"].sudo().with_context(loyalty_no_mail=row.partner_id.id not in mailed)
            row._internal().write({"card_id": self._give(cards, row).id, "treated_on": today})

    def _give(self, cards, row):
        program = self.program_id
        if not program.is_nominative:
            expires = program.date_to or False
            return cards.create(
                {
                    "program_id": program.id,
                    "partner_id": row.partner_id.id,
                    "points": self.points,
                    "expiration_date": expires,
                }
            )
        card = cards.search([("program_id", "=", program.id), ("partner_id", "=", row.partner_id.id)], limit=1)
        card = card or cards.create({"program_id": program.id, "partner_id": row.partner_id.id})
        card._grant_once(f"measure:{self.id}:{row.id}", self.points, document=self)
        return card

    def _count_reached(self):
        """Note how many were reached; what it costs follows."""
        rows = self.env["crm.measure.participant"].sudo()
        for measure in self.sudo():
            reached = rows.search_count([("measure_id", "=", measure.id), ("treated_on", "!=", False)])
            if measure.reached_count != reached:
                measure._internal().reached_count = reached
