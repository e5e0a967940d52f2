from odoo import api, fields, models


class CrmValueRun(models.Model):
    """A complete computation of customer values: asked for by whom, how far it is, when it ended."""

    _name = "crm.value.run"
    _description = "Computation of Customer Values"
    _order = "id desc"
    _rec_name = "company_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade", index=True)
    user_ids = fields.Many2many("res.users", string="Tell When Done", readonly=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("running", "Running"), ("done", "Done")], default="waiting", readonly=True
    )
    last_id = fields.Integer(
        "Computed Up To", readonly=True, help="Last contact that was computed; a killed run goes on there."
    )
    progress = fields.Float(readonly=True, help="Part of the customers that is done.")
    progress_percent = fields.Integer("Done (%)", compute="_compute_progress_percent")
    customers = fields.Integer(readonly=True)
    refit = fields.Boolean("Fit Again", readonly=True, help="Fit the model anew, however young its card is.")
    started_on = fields.Datetime(readonly=True)
    finished_on = fields.Datetime(readonly=True)

    @api.depends("progress")
    def _compute_progress_percent(self):
        for run in self:
            run.progress_percent = round(100 * run.progress)

    @api.model
    def _request(self, companies, user=None, refit=False):
        """Ask for a complete computation per company; an open request is joined, not doubled."""
        open_runs = self.search([("state", "!=", "done"), ("company_id", "in", companies.ids)])
        runs = open_runs | self.create([{"company_id": company.id} for company in companies - open_runs.company_id])
        if user:
            runs.user_ids |= user
        if refit:
            runs.refit = True
        self.env.ref("crm_werthaltigkeit.ir_cron_value").sudo()._trigger()
        return runs

    def _notification(self):
        """Client action that says the run goes on in the background."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._(
                    "Customer values are being computed in the background. You will be told when it is done."
                ),
                "type": "info",
            },
        }

    def _tell(self):
        """Tell everybody who asked for the run that it is done."""
        for run in self:
            for user in run.user_ids:
                run_user = run.with_context(lang=user.lang)
                message = run_user.env._(
                    "Customer values of %(company)s are computed: %(count)s customers.",
                    company=run.company_id.name,
                    count=run.customers,
                )
                user._bus_send("crm_werthaltigkeit.values_done", {"message": message})

    @api.autovacuum
    def _gc_runs(self):
        self.search([("state", "=", "done"), ("finished_on", "<", "now -30d")]).unlink()
