from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .crm_concept_agreement import CHAPTERS

TOKEN = object()  # marks what freezing and filling write; RPC cannot forge an object
STEP_FIELDS = {
    "state",
    "version",
    "origin_id",
    "previous_id",
    "frozen_on",
    "frozen_by_id",
    "facts",
    "facts_on",
    "snapshot",
}
# what each chapter says: a change asks everybody who agreed again
CHAPTER_FIELDS = {
    "situation": {"situation", "systems", "crm_cost_year", "data_ids", "facts"},
    "goals": {"goals_text", "goal_ids"},
    "strategy": {
        "strategy",
        "strategy_company",
        "strategy_marketing",
        "strategy_sales",
        "strategy_service",
        "utility_ids",
        "lesson_ids",
    },
    "measures": {"measures_text", "measure_ids", "specification_ids"},
    "controlling": {"controlling"},
}
CONTENT_FIELDS = set().union(*CHAPTER_FIELDS.values()) | {"name", "company_id", "person_ids", "agreement_ids"}


class CrmConcept(models.Model):
    """The CRM concept in five chapters: situation, goals, strategy, measures, controlling.

    A version that is frozen never changes; what comes after is a new version that copies it.
    """

    _name = "crm.concept"
    _description = "CRM Concept"
    _inherit = ["mail.thread", "mail.activity.mixin", "crm.root.company.mixin"]
    _order = "id desc"

    name = fields.Char("Title", required=True, tracking=True)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [("draft", "In work"), ("frozen", "Frozen")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    version = fields.Integer(default=1, readonly=True, copy=False, aggregator=None)
    origin_id = fields.Many2one("crm.concept", "First Version", readonly=True, copy=False, ondelete="restrict", index="btree_not_null")  # fmt: skip
    previous_id = fields.Many2one("crm.concept", "Version Before", readonly=True, copy=False, ondelete="restrict", index="btree_not_null")  # fmt: skip
    version_count = fields.Integer("Versions", compute="_compute_version_count")
    frozen_on = fields.Datetime(readonly=True, copy=False)
    frozen_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        index="btree_not_null",
        ondelete="set null",
        tracking=True,
    )
    person_ids = fields.Many2many(
        "res.users",
        string="People Involved",
        context={"active_test": False},
        domain=[("share", "=", False)],
        help="What concerns all, only all can solve: each agrees to each chapter, or says what is missing.",
    )
    agreement_ids = fields.One2many("crm.concept.agreement", "concept_id")
    agreed_count = fields.Integer("Agreements", compute="_compute_agreement")
    objected_count = fields.Integer("Objections", compute="_compute_agreement")
    agreement_text = fields.Char("Who Agrees", compute="_compute_agreement")

    situation = fields.Html("What We See in It")
    systems = fields.Text(
        "Existing Systems", help="What customer data lie in today, and what is done with which program."
    )
    crm_cost_year = fields.Monetary(
        "Cost of CRM per Year",
        help="Systems, and hours of people who look after them. Contacts are counted from their rates.",
    )
    data_ids = fields.One2many("crm.concept.data", "concept_id", "Data the Strategy Needs", copy=True)
    facts = fields.Json("Figures of the Situation", readonly=True, copy=False)
    facts_on = fields.Datetime("Figures as of", readonly=True, copy=False)
    page = fields.Json("Situation", compute="_compute_page")

    goals_text = fields.Html("About the Goals")
    goal_ids = fields.Many2many("crm.goal", string="Goals", domain="[('company_id', '=', company_id)]")
    goal_count = fields.Integer("Number of Goals", compute="_compute_counts")

    strategy_company = fields.Text("Strategy of the Company")
    strategy_marketing = fields.Text("Marketing")
    strategy_sales = fields.Text("Sales")
    strategy_service = fields.Text("Service")
    strategy = fields.Html("CRM Strategy")
    utility_ids = fields.Many2many(
        "crm.utility.analysis", string="Utility Analyses", domain="[('company_id', '=', company_id)]"
    )
    utility_count = fields.Integer("Number of Utility Analyses", compute="_compute_counts")
    lesson_ids = fields.One2many("crm.concept.lesson", "concept_id", "Lessons")

    measures_text = fields.Html("About the Measures")
    measure_ids = fields.Many2many("crm.measure", string="Measures", domain="[('company_id', '=', company_id)]")
    measure_count = fields.Integer("Number of Measures", compute="_compute_counts")
    specification_ids = fields.Many2many(
        "crm.specification", string="Specifications", domain="[('company_id', '=', company_id)]"
    )
    requirement_count = fields.Integer("Number of Requirements", compute="_compute_counts")

    controlling = fields.Html("How We Check and Steer")
    snapshot = fields.Json("Goals and Measures When Frozen", readonly=True, copy=False)

    _version_uniq = models.UniqueIndex("(COALESCE(origin_id, id), version)", "This version is there already.")

    @api.depends("name", "version")
    def _compute_display_name(self):
        for concept in self:
            concept.display_name = self.env._(
                "%(name)s, version %(version)s", name=concept.name or "", version=concept.version
            )

    @api.depends("origin_id")
    def _compute_version_count(self):
        for concept in self:
            concept.version_count = self.search_count(concept._versions_domain()) if concept.id else 0

    def _versions_domain(self):
        origin = (self.origin_id or self)._origin.id
        return ["|", ("id", "=", origin), ("origin_id", "=", origin)]

    @api.depends("agreement_ids.state")
    @api.depends_context("lang")
    def _compute_agreement(self):
        for concept in self:
            states = concept.agreement_ids.mapped("state")
            concept.agreed_count = states.count("agreed")
            concept.objected_count = states.count("objected")
            concept.agreement_text = self.env._("%(agreed)s of %(all)s", agreed=concept.agreed_count, all=len(states))

    @api.depends("goal_ids", "measure_ids", "utility_ids", "specification_ids.requirement_ids")
    def _compute_counts(self):
        for concept in self:
            concept.goal_count = len(concept.goal_ids)
            concept.measure_count = len(concept.measure_ids)
            concept.utility_count = len(concept.utility_ids)
            concept.requirement_count = len(concept.specification_ids.requirement_ids)

    @api.depends("facts")
    @api.depends_context("lang")
    def _compute_page(self):
        for concept in self:
            concept.page = self.env["crm.concept.page"]._situation(concept)

    @api.constrains("company_id", "goal_ids", "measure_ids", "utility_ids", "specification_ids")
    def _check_company_of_content(self):
        for concept in self.sudo():
            linked = (concept.goal_ids, concept.measure_ids, concept.utility_ids, concept.specification_ids)
            if any(records.company_id - concept.company_id for records in linked):
                raise ValidationError(
                    self.env._("Goals, measures, analyses and specifications belong to the company of the concept.")
                )

    # -- who may change what ------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if any(STEP_FIELDS & vals.keys() for vals in vals_list) and not self._is_internal():
            raise AccessError(self.env._("Version and figures of a concept come about by its own steps."))
        concepts = super().create(vals_list)
        concepts._sync_agreements()
        return concepts

    def write(self, vals):
        if not self._is_internal():
            if STEP_FIELDS & vals.keys():
                raise AccessError(self.env._("Version and figures of a concept come about by its own steps."))
            if CONTENT_FIELDS & vals.keys():
                self._check_draft()
        result = super().write(vals)
        changed = [chapter for chapter, names in CHAPTER_FIELDS.items() if names & vals.keys()]
        if changed:
            self.sudo().agreement_ids._ask_again(changed)
        if "person_ids" in vals:
            self._sync_agreements()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        if any(concept.state == "frozen" for concept in self.sudo()):
            raise UserError(self.env._("A frozen version is archived, not deleted."))

    def _check_draft(self):
        if any(concept.state == "frozen" for concept in self.sudo()):
            raise UserError(self.env._("This version is frozen: make a new version of it."))

    def _is_internal(self):
        return self.env.context.get("concept_token") is TOKEN

    def _internal(self):
        return self.with_context(concept_token=TOKEN)

    def _sync_agreements(self):
        """Ask each person involved about each chapter; who is not involved any more and never answered is not asked."""
        for concept in self.sudo():
            rows = concept.agreement_ids
            there = {(row.user_id, row.chapter) for row in rows}
            rows._internal().filtered(
                lambda r, people=concept.person_ids: r.user_id not in people and r.state == "open"
            ).unlink()
            rows._internal().create(
                [
                    {"concept_id": concept.id, "user_id": user.id, "chapter": chapter}
                    for user in concept.person_ids
                    for chapter, _label in CHAPTERS
                    if (user, chapter) not in there
                ]
            )

    # -- steps --------------------------------------------------------------------------------------

    def action_fill(self):
        """Fill the situation from the data, as of now; rows for the data that matter are added."""
        self.check_access("write")
        self._check_draft()
        for concept in self:
            concept.data_ids._offer(concept)
            facts = self.env["crm.concept.facts"]._collect(concept)
            concept._internal().write({"facts": facts, "facts_on": fields.Datetime.now()})

    def action_freeze(self):
        """Freeze this version: text, figures, goals and measures stay as they are now, with who agreed."""
        self.check_access("write")
        self._check_draft()
        for concept in self:
            if not concept.facts:
                concept.action_fill()
            concept._internal().write(
                {
                    "snapshot": self.env["crm.concept.page"]._snapshot(concept),
                    "state": "frozen",
                    "frozen_on": fields.Datetime.now(),
                    "frozen_by_id": self.env.uid,
                }
            )

    def action_new_version(self):
        """Copy the frozen version into a new one; everybody is asked again, lessons learned meanwhile are offered."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "frozen":
            raise UserError(self.env._("Freeze this version first: a new one copies what stands fast."))
        last = self.search(self._versions_domain(), order="version desc", limit=1)
        if last.state != "frozen":
            return last.get_formview_action()
        concept = last._internal().copy({"name": last.name})
        concept._internal().write(
            {"version": last.version + 1, "origin_id": (last.origin_id or last).id, "previous_id": last.id}
        )
        concept.action_offer_lessons()
        return concept.get_formview_action()

    def action_offer_lessons(self):
        """Look for lessons of goals and measures that were evaluated, of this concept and of its version before."""
        self.check_access("write")
        self._check_draft()
        for concept in self:
            concept.lesson_ids._offer(concept)

    def action_print(self):
        return self.env.ref("crm_controlling.action_report_concept").report_action(self)

    # -- every number opens its records -------------------------------------------------------------

    def _action_open(self, xml_id, domain, **more):
        return dict(self.env["ir.actions.act_window"]._for_xml_id(xml_id), domain=domain, context={}, **more)

    def action_view_versions(self):
        self.ensure_one()
        return self._action_open(
            "crm_controlling.crm_concept_action", self._versions_domain(), views=[(False, "list"), (False, "form")]
        )

    def action_view_goals(self):
        return self._action_open("crm_controlling.crm_goal_action", [("id", "in", self.goal_ids.ids)])

    def action_view_measures(self):
        return self._action_open("crm_kundenbindung.crm_measure_action", [("id", "in", self.measure_ids.ids)])

    def action_view_utilities(self):
        return self._action_open("crm_controlling.crm_utility_analysis_action", [("id", "in", self.utility_ids.ids)])

    def action_view_requirements(self):
        return self._action_open(
            "crm_controlling.crm_requirement_action", [("specification_id", "in", self.specification_ids.ids)]
        )

    def action_view_agreements(self):
        return self._action_open("crm_controlling.crm_concept_agreement_action", [("concept_id", "in", self.ids)])
