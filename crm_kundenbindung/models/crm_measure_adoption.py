import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .crm_measure_terms import TOKEN


class CrmMeasure(models.Model):
    """What worked becomes a rule of Odoo: who enters a stage of the life cycle is treated, a few are always left out.

    The rule belongs to a measure of its own, "standing", which runs without an end. It only notes who entered, treated or
    left out by a number that follows from the seed and the customer; the treatment itself is done like any other.
    """

    _inherit = "crm.measure"

    standing = fields.Boolean("Standing Rule", readonly=True, copy=False, help="Runs on as a rule, without an end.")
    origin_id = fields.Many2one(
        "crm.measure", "Adopted From", readonly=True, copy=False, ondelete="restrict", index="btree_not_null"
    )
    standing_ids = fields.One2many("crm.measure", "origin_id", "Standing Rules", readonly=True)
    automation_id = fields.Many2one("base.automation", "Automation Rule", readonly=True, copy=False, ondelete="set null", index="btree_not_null")  # fmt: skip
    standing_stage_id = fields.Many2one(
        "crm.retention.stage",
        "Whoever Becomes",
        ondelete="restrict",
        compute="_compute_standing_stage_id",
        store=True,
        readonly=False,
        help="The rule acts when a customer of the group enters this stage of the life cycle.",
    )
    standing_share = fields.Float(
        "Permanently Left Out",
        default=0.1,
        aggregator=None,
        help="Part of the customers who are left out for good: else nobody would notice when it stops working.",
    )

    _standing_share_range = models.Constraint(
        "CHECK(standing_share > 0 AND standing_share <= 0.5)", "Between 1 and 50 % are left out for good."
    )

    @api.depends("drawn_on", "state")
    def _compute_standing_stage_id(self):
        """The stage most of the participants were in when they were drawn."""
        stages = {}
        rows = self.env["crm.measure.participant"]._read_group(
            [("measure_id", "in", self.ids), ("stage_id", "!=", False)],
            ["measure_id", "stage_id"],
            ["__count"],
            order="__count",
        )
        for measure, stage, _count in rows:
            stages[measure] = stage
        for measure in self:
            measure.standing_stage_id = measure.standing_stage_id or stages.get(measure, False)

    def action_adopt(self):
        """What worked becomes the way things are done: with a rule where Odoo can carry it out."""
        self._check_manager()
        self._check_state("evaluated")
        for measure in self:
            if measure.treatment == "manual":
                continue
            if not measure.standing_stage_id:
                raise UserError(self.env._("Choose the stage at which “%s” is to be done from now on.", measure.name))
            measure.sudo()._make_standing()
        self._internal().write({"state": "adopted"})

    def _make_standing(self):
        self.ensure_one()
        standing = self._internal().create(self._prepare_standing_vals())
        standing._internal().automation_id = self.env["base.automation"].create(standing._prepare_automation_vals())
        if standing.treatment == "outreach":
            standing._adopt_outreach(self.outreach_id)
        return standing

    def _prepare_standing_vals(self):
        names = (
            "goal", "instrument_id", "lever", "company_id", "group_id", "user_id", "response", "cost_each",
            "hour_rate", "target", "treatment", "outreach_channel", "channel_id", "task_type_id", "task_summary",
            "task_days", "program_id", "points", "campaign_id", "seed", "standing_stage_id", "standing_share",
        )  # fmt: skip
        vals = {name: self._fields[name].convert_to_write(self[name], self) for name in names}
        today = self.company_id._werthaltigkeit_today()
        return {
            **vals,
            "name": self.env._("Standing rule: %s", self.name),
            "state": "running",
            "standing": True,
            "standing_days": (self.date_end - self.date_start).days + 1,
            "origin_id": self.id,
            "control_share": self.standing_share,
            "date_start": today,
            "drawn_on": fields.Datetime.now(),
            "treat_since": fields.Datetime.now(),
            "team_ids": [(6, 0, self.team_ids.ids)],
            "partner_ids": [(6, 0, self.partner_ids.ids)],
        }

    def _prepare_automation_vals(self):
        """A rule like those people make themselves; its action is the only one that knows measures."""
        model = self.env["ir.model"]._get_id("crm.retention")
        field = self.env["ir.model.fields"]._get("crm.retention", "stage_id")
        entered = [("stage_id", "=", self.standing_stage_id.id), ("company_id", "=", self.company_id.id)]
        return {
            "name": self.name,
            "model_id": model,
            "trigger": "on_create_or_write",
            "trigger_field_ids": [(6, 0, field.ids)],
            "filter_pre_domain": repr([("stage_id", "!=", self.standing_stage_id.id)]),
            "filter_domain": repr(entered),
            "action_server_ids": [
                (
                    0,
                    0,
                    {
                        "name": self.name,
                        "model_id": model,
                        "usage": "base_automation",
                        "state": "crm_measure",
                        "crm_measure_id": self.id,
                    },
                )
            ],
        }

    def _adopt_outreach(self, template):
        """The campaign goes on with the same words, to whoever enters."""
        self.ensure_one()
        outreach = self.env["crm.outreach"].create(
            {
                **self._prepare_outreach_vals(),
                "subject": template.subject,
                "body": template.body,
                "calls_per_day": template.calls_per_day,
            }
        )
        outreach.checked_by = self.env.uid
        self._internal().outreach_id = outreach

    def _send_standing(self):
        """Contact who entered since the last time: mails and calls at once, letters wait to be printed."""
        self.ensure_one()
        outreach = self.outreach_id
        self.env["crm.outreach.engine"]._check(outreach)
        if not outreach.waiting_count:
            return
        if outreach.channel == "mail":
            outreach.write({"state": "sending", "started_on": fields.Datetime.now()})
            self.env.ref("crm_kundenbindung.ir_cron_outreach")._trigger()
            return
        outreach.state = "checked"
        if outreach.channel == "call":
            outreach.action_calls()
        elif self.user_id and not self.activity_search(["mail.mail_activity_data_todo"], user_id=self.user_id.id):
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=self.user_id.id,
                summary=self.with_context(lang=self.user_id.lang).env._("Print the letters of this rule"),
            )

    # -- where the rule acts ----------------------------------------------------------------------

    def _held_back(self, partner):
        """Whether this customer belongs to the permanent control group: always the same answer, for this measure."""
        digest = hashlib.sha256(f"{self.seed}:{partner.id}".encode()).digest()
        return int.from_bytes(digest[:8]) / 2**64 < self.standing_share

    def _enter(self, retentions):
        """Note the customers of these rows of the life cycle as participants; each enters once."""
        self.ensure_one()
        if not self.standing or self.state != "running":
            return
        rows = retentions.filtered(lambda row: row.company_id == self.company_id and row.partner_id)
        known = self.env["crm.measure.participant"].search(
            Domain("measure_id", "=", self.id) & Domain("partner_id", "in", rows.partner_id.ids)
        )
        vals_list = [
            {
                "measure_id": self.id,
                "company_id": self.company_id.id,
                "partner_id": row.partner_id.id,
                "arm": "control" if self._held_back(row.partner_id) else "treated",
                "value_class": row.value_class,
                "stage_id": row.stage_id.id,
            }
            for row in rows
            if row.partner_id not in known.partner_id
        ]
        participants = self.env["crm.measure.participant"]
        participants.sudo().with_context(measure_token=TOKEN).create(vals_list)
        counts = dict(participants._read_group([("measure_id", "=", self.id)], ["arm"], ["__count"]))
        self._internal().write({"treated_count": counts.get("treated", 0), "control_count": counts.get("control", 0)})
        self.env.ref("crm_kundenbindung.ir_cron_measure_treat").sudo()._trigger()

    def action_view_automation(self):
        self.ensure_one()
        return self.automation_id.get_formview_action()

    def action_view_standing(self):
        self.ensure_one()
        return self.standing_ids[:1].get_formview_action()

    def action_view_origin(self):
        self.ensure_one()
        return self.origin_id.get_formview_action()

    def action_drop(self):
        """A standing rule that is dropped acts no more."""
        result = super().action_drop()
        self.sudo().automation_id.active = False
        return result
