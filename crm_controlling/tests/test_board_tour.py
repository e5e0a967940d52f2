from odoo.tests import HttpCase, tagged

from .board import BoardCase


@tagged("post_install", "-at_install")
class TestBoardTour(BoardCase, HttpCase):
    """The main path of management in a browser."""

    def test_board(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.manager.lang = "en_US"
        self._figure("year", 0.34, previous=0.30)
        self.start_tour("/odoo/crm-controlling", "crm_controlling_board", login=self.manager.login)

    def test_spreadsheet(self):
        self.manager.lang = "en_US"
        dashboard = self.env.ref("crm_controlling.spreadsheet_dashboard")
        self.start_tour(
            f"/odoo/dashboards?dashboard_id={dashboard.id}",
            "crm_controlling_spreadsheet",
            login=self.manager.login,
        )
