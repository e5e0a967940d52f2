from odoo import models


class CrmMeasure(models.Model):
    """Every number of a measure opens its records."""

    _inherit = "crm.measure"

    def action_view_participants(self):
        self.ensure_one()
        return self._action_participants([])

    def action_view_treated(self):
        self.ensure_one()
        return self._action_participants([("arm", "=", "treated")])

    def action_view_control(self):
        self.ensure_one()
        return self._action_participants([("arm", "=", "control")])

    def action_view_results(self):
        """Open all evaluations, the interim ones too."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_measure_result_action")
        return dict(action, domain=[("measure_id", "=", self.id)], context={}, display_name=self.name)

    def _action_participants(self, domain):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Participants: %s", self.name),
            "res_model": "crm.measure.participant",
            "views": [(False, "list"), (False, "pivot")],
            "domain": [("measure_id", "=", self.id), *domain],
            "context": {},
        }

    def action_view_reached(self):
        self.ensure_one()
        return self._action_participants([("treated_on", "!=", False)])

    def action_view_failed(self):
        self.ensure_one()
        return self._action_participants([("failure", "!=", False)])

    def action_view_responses(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.crm_measure_response_action")
        return dict(action, domain=[("measure_id", "=", self.id)], context={}, display_name=self.name)

    def action_view_touchpoints(self):
        """Our contacts with the treated and their responses, as the history has them by now."""
        self.ensure_one()
        self.env["crm.measure.treatment.engine"].sudo()._link_touchpoints(self.sudo())
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Touchpoints: %s", self.name),
            "res_model": "crm.touchpoint",
            "views": [(False, "list"), (False, "pivot"), (False, "form")],
            "domain": [("measure_id", "=", self.id)],
        }
