from odoo import _, api, models

from ..movement import EPSILON, Movement


class LoyaltyCard(models.Model):
    """Every balance is the sum of its entries: proved each night and whenever somebody asks."""

    _inherit = "loyalty.card"

    @api.private
    def _repair(self, believe):
        """End a deviation: `believe` the points (an entry makes up for the difference) or the entries."""
        self.ensure_one()
        engine = self.env["loyalty.ledger.engine"].sudo()
        engine._lock_cards(self)
        for _card, points, amount, _debt, owed in engine._deviations(self.ids):
            engine._set_debt(self, max(0.0, owed))
            if believe == "points":
                engine._set_points(self, amount)
                self._move([{"amount": points - amount, "cause": "core"}], Movement("repair", cause="core"))
            else:
                engine._set_points(self, amount)
        return True

    @api.model
    def _cron_check_ledger(self):
        """Prove every balance; open an issue where it differs, close those that are right again."""
        found = self.env["loyalty.ledger.engine"]._deviations()
        issues = self.env["loyalty.ledger.issue"]
        for card_id, points, amount, debt, owed in found:
            card = self.browse(card_id)
            message = self.env._("The debt differs from its entries.") if abs(debt - owed) > EPSILON else False
            issues._report("deviation", card=card, points=points, expected=amount, message=message)
        settled = issues.sudo().search(
            [("kind", "=", "deviation"), ("state", "=", "open"), ("card_id", "not in", [row[0] for row in found])]
        )
        settled.write({"state": "done"})
        return len(found)

    def action_ledger_check(self):
        """Prove the balances of these cards now, and say how it went."""
        self.check_access("read")
        found = self.env["loyalty.ledger.engine"].sudo()._deviations(self.ids)
        for card_id, points, amount, _debt, _owed in found:
            self.env["loyalty.ledger.issue"]._report(
                "deviation", card=self.sudo().browse(card_id), points=points, expected=amount
            )
        if found:
            message = _("%(count)s of %(all)s balances differ from their entries.", count=len(found), all=len(self))
        else:
            message = _("Every balance is the sum of its entries.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "danger" if found else "success", "message": message},
        }

    def action_ledger(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_kundenbindung.loyalty_ledger_action")
        return {**action, "domain": [("card_id", "=", self.id)], "context": {"search_default_card_id": self.id}}
