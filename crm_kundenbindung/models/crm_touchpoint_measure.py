from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import groupby

from odoo.addons.crm_werthaltigkeit.models.unchecked_many2one import UncheckedMany2one

from .crm_measure_terms import TOKEN

FEATURE_GROUP = "crm_kundenbindung.group_kundenbindung_measure"
USER_GROUP = "crm_kundenbindung.group_kundenbindung_user"
IN_PERSON = ("phone", "counter", "meeting", "pos")  # channels on which people speak with each other
COUNTED = {"measure_id", "partner_id", "direction", "date"}  # what decides how a contact counts for a measure


class CrmTouchpoint(models.Model):
    """A contact logged by hand may belong to a measure: ours is the treatment of the customer, theirs a response.

    It is that treatment or response in the history: no second touchpoint is captured beside it.
    """

    _inherit = "crm.touchpoint"

    measure_id = UncheckedMany2one(
        "crm.measure",
        "Measure",
        ondelete="set null",
        index="btree_not_null",
        help="Our contact with a treated customer, or the response to it; found every night and at each evaluation.",
    )
    measure_choice_ids = fields.Many2many(
        "crm.measure",
        string="Measures of the Customer",
        compute="_compute_measure_choice_ids",
        help="Those that run now and in which the customer is treated; the control group is left alone.",
    )

    @api.depends("partner_id", "lead_id", "company_id")
    @api.depends_context("uid")
    def _compute_measure_choice_ids(self):
        user = self.env.user
        allowed = user.has_group(FEATURE_GROUP) and user.has_group(USER_GROUP)
        customers = {t: (t.partner_id or t.lead_id.partner_id).commercial_partner_id._origin for t in self}
        partners = self.env["res.partner"].browse({partner.id for partner in customers.values() if partner})
        rows = self._treated_rows(Domain("partner_id", "in", partners.ids)) if allowed and partners else []
        measures = {key: [row.measure_id.id for row in found] for key, found in groupby(rows, lambda row: (row.partner_id, row.company_id))}  # fmt: skip
        for touchpoint, partner in customers.items():
            company = (touchpoint.company_id or self.env.company).sudo().root_id
            touchpoint.measure_choice_ids = measures.get((partner, company), [])

    @api.model_create_multi
    def create(self, vals_list):
        touchpoints = super().create(vals_list)
        touchpoints.filtered("measure_id")._count_for_measure()
        return touchpoints

    def write(self, vals):
        by_hand = self.filtered(lambda t: not t.source_id) if COUNTED & vals.keys() else self.browse()
        counted = by_hand.filtered(lambda t: t.measure_id.sudo().state == "running")
        counted._forget_for_measure()
        result = super().write(vals)
        (by_hand if vals.get("measure_id") else counted).filtered("measure_id")._count_for_measure()
        return result

    def unlink(self):
        """A contact that never was did not treat anybody."""
        self.filtered(lambda t: t.measure_id and not t.source_id)._forget_for_measure()
        return super().unlink()

    # -- what it is for the measure ---------------------------------------------------------------

    def _treated_rows(self, domain):
        """Return the treated participants of running measures, with the rights of the system: anybody may talk to them."""
        treated = Domain("arm", "=", "treated") & Domain("measure_id.state", "=", "running")
        return self.env["crm.measure.participant"].sudo().search(treated & domain, order="measure_id, id")

    def _count_for_measure(self):
        """Our contact treats the participant, theirs is a response; the first of each counts.

        :raise ValidationError: where the customer is not treated by a measure that runs, or was contacted before it began
        """
        if not self:
            return
        if not self.env.su and not self.env.user.has_group(USER_GROUP):
            raise AccessError(self.env._("Only people who work with customer retention log contacts of a measure."))
        customers = self.commercial_partner_id
        rows = self._treated_rows(
            Domain("measure_id", "in", self.measure_id.ids) & Domain("partner_id", "in", customers.ids)
        )
        found = {(row.measure_id.id, row.partner_id.id): row for row in rows}
        treated, answers = rows.browse(), {}
        for touchpoint in self.sorted("date"):
            row = found.get((touchpoint.measure_id.id, touchpoint.commercial_partner_id.id))
            if not row or row.company_id != (touchpoint.company_id or self.env.company).sudo().root_id:
                raise ValidationError(
                    self.env._(
                        "The customer is not treated by this measure, or it does not run: the contact cannot be a part of it."
                    )
                )
            day = touchpoint._day_of_company()
            if day < row.measure_id.date_start:
                raise ValidationError(
                    self.env._("The contact was before the measure began: it cannot be a part of it.")
                )
            if touchpoint.direction == "out" and not row.treated_on:
                row._internal().write({"treated_on": day, "touchpoint_id": touchpoint.id})
                treated |= row
            elif touchpoint.direction == "in":
                way = "phone" if touchpoint.channel_id.code in IN_PERSON else "other"
                answers.setdefault(way, {}).setdefault(row, touchpoint)
        treated.measure_id._count_reached()
        for way, touchpoints in answers.items():
            self.env["crm.measure.response"]._log(
                rows.browse([row.id for row in touchpoints]), way, touchpoints=touchpoints
            )

    def _forget_for_measure(self):
        """Take back what these contacts counted for."""
        if not self:
            return
        rows = self.env["crm.measure.participant"].sudo().search([("touchpoint_id", "in", self.ids)])
        rows._internal().write({"treated_on": False, "touchpoint_id": False})
        rows.measure_id._count_reached()
        responses = self.env["crm.measure.response"].sudo().search([("touchpoint_id", "in", self.ids)])
        participants = responses.participant_id
        responses.unlink()
        for row in participants:
            first = min(row.response_ids.mapped("date"), default=None)
            row.with_context(measure_token=TOKEN).responded_on = first and first.date()

    def _day_of_company(self):
        """The day of the contact where the company is."""
        company = (self.company_id or self.env.company).sudo().root_id
        return fields.Datetime.context_timestamp(
            company.with_context(tz=company._werthaltigkeit_tz()), self.date
        ).date()
