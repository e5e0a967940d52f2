import logging

from psycopg2 import OperationalError

from odoo import api, fields, models

from ..movement import EPSILON, Movement

_logger = logging.getLogger(__name__)

BATCH = 100


class LoyaltyCard(models.Model):
    """Points expire by earning, the oldest first; holders are told before."""

    _inherit = "loyalty.card"

    def _open_lots(self, cause):
        """The balance as entries, each with the expiry of what is left of an earning; the rest never expires."""
        self.ensure_one()
        entries = self.env["loyalty.ledger"].sudo().search([("card_id", "=", self.id)], order="id")
        taken = entries.filtered(lambda entry: entry.cause == "clawed_back").grouped("reverses_id")
        lots = entries.filtered("expires_on").sorted(lambda entry: (entry.expires_on, entry.id))
        nets = {lot: lot.amount + sum(taken.get(lot, self.env["loyalty.ledger"]).mapped("amount")) for lot in lots}
        # What has gone went from the oldest first, so the balance is made of the youngest.
        left, lines = self.points, []
        for lot in lots.sorted(lambda entry: (entry.expires_on, entry.id), reverse=True):
            amount = min(left, max(0.0, nets[lot]))
            if amount > EPSILON:
                lines.append({"amount": amount, "cause": cause, "expires_on": lot.expires_on})
                left -= amount
        if left > EPSILON:
            lines.append({"amount": left, "cause": cause})
        return lines

    @api.model
    def _cron_expire(self):
        """Let points expire, card by card: a card that fails is set aside and shown, the others go on."""
        return self._in_batches(self.env["loyalty.expiry.engine"]._due, "_expire")

    def _expire(self, points):
        self.ensure_one()
        self.env["loyalty.ledger.engine"]._lock_cards(self)
        # The lock proves that nothing moved since this batch was computed.
        movement = Movement("expire", cause="expired")
        self.with_context(loyalty_no_mail=True)._move([{"amount": -points, "cause": "expired"}], movement)

    @api.model
    def _cron_remind(self):
        """Tell holders of points that expire soon; once, whatever happens to the job."""
        return self._in_batches(self.env["loyalty.expiry.engine"]._to_remind, "_remind")

    def _remind(self, day):
        self.ensure_one()
        due = self.env["loyalty.expiry.engine"]._due(day, card_ids=self.ids)
        if due and self.partner_id.email:
            template = self.env.ref("crm_kundenbindung.mail_template_expiry")
            points = self._format_points(due[0][1])
            template.with_context(expiring_points=points, expiring_on=day).send_mail(
                self.id, email_layout_xmlid="mail.mail_notification_light"
            )
        self.ledger_reminded_on = day

    @api.model
    def _failure(self, method, error):
        """What did not work, for a manager to read."""
        if method == "_remind":
            return self.env._("The reminder of expiring points was not sent: %s", error)
        return self.env._("Points did not expire: %s", error)

    @api.model
    def _in_batches(self, find, method):
        """Call `card.method(value)` for the rows (card id, value) of `find(day, ids)`, each in a savepoint.

        The entry (or the mail) and the proof that it was made are one transaction: a killed job goes on where it was.
        Rows are found anew for each batch, since other people move points between two commits.
        """
        cron, day, done = self.env["ir.cron"], fields.Date.today(), 0
        ids = [card_id for card_id, _value in find(day)]
        cron._commit_progress(remaining=len(ids))
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            for card_id, value in find(day, batch):
                card = self.browse(card_id)
                try:
                    with self.env.cr.savepoint():
                        getattr(card, method)(value)
                        card.env.flush_all()
                except OperationalError:
                    # Somebody moves points of this card right now: the next run sees to it.
                    _logger.info("points of card %s are moving, %s later", card_id, method)
                except Exception as error:
                    _logger.warning("could not %s points of card %s", method, card_id, exc_info=True)
                    self.env.invalidate_all()
                    self.env["loyalty.ledger.issue"]._report("job", card=card, message=self._failure(method, error))
                else:
                    done += 1
            if not cron._commit_progress(len(batch)):
                break
        return done
