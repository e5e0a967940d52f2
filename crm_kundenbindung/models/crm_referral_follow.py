# One file per concern. pylint: disable=consider-merging-classes-inherited
import logging

from dateutil.relativedelta import relativedelta
from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import email_normalize

from ..movement import EPSILON, Movement
from .crm_referral import DOUBTFUL

_logger = logging.getLogger(__name__)

FORGET_MONTHS = 6
SIDES = {"referrer": "referrer_id", "new": "partner_id"}


class CrmReferral(models.Model):
    """What becomes of a referral: checks, stages, and the reward of both sides, given once and taken back exactly."""

    _inherit = "crm.referral"

    @api.model
    def _wake(self, customers):
        """Documents of these customers changed: have their referrals looked at soon, where there are any."""
        if customers and self.sudo().search_count(
            [("customer_id", "in", customers.ids), ("state", "!=", "refused")], limit=1
        ):
            self.env.ref("crm_kundenbindung.ir_cron_referral").sudo()._trigger()

    @api.model
    def _cron_follow(self):
        """Look at every referral of which something may have become; one that fails stops no other."""
        ids = self.env["crm.referral.engine"]._due()
        self.env["ir.cron"]._commit_progress(remaining=len(ids))
        for referral in self.browse(ids):
            try:
                with self.env.cr.savepoint():
                    referral._follow()
                    self.env.flush_all()
            except OperationalError:
                # Somebody moves points of these cards right now: the next run sees to it.
                _logger.info("referral %s later", referral.id)
            except Exception as error:
                _logger.warning("could not follow referral %s", referral.id, exc_info=True)
                self.env.invalidate_all()
                self.env["loyalty.ledger.issue"]._report(
                    "job",
                    company=referral.company_id,
                    document=referral,
                    message=self.env._("A referral was not followed: %s", error),
                )
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _follow(self):
        """Bring a referral up to date; calling it again changes nothing."""
        self.ensure_one()
        if self.state == "refused":
            return
        if not self.partner_id and self.lead_id.partner_id:
            self.partner_id = self.lead_id.partner_id
        if self.state != "rewarded" and (refusal := self._refusal()):
            self._refuse(refusal)
            return
        self._settle()
        if self.state != "rewarded" and self._is_late():
            self._refuse("expired")

    def _refuse(self, refusal):
        self.write({"refusal": refusal, "stage_id": self._stage("refused").id})

    def _is_late(self):
        """Whether the time in which somebody had to buy is over."""
        days = self.program_id.referral_days
        return bool(
            days and not self.accepted_by_id and not self.order_id
            and self.named_on + relativedelta(days=days) < fields.Datetime.now()
        )  # fmt: skip

    @api.autovacuum
    def _gc_contact_data(self):
        """Who never became a customer is forgotten half a year after the referral came to nothing."""
        self.sudo().search(
            [
                ("state", "=", "refused"),
                ("partner_id", "=", False),
                ("write_date", "<", fields.Datetime.now() - relativedelta(months=FORGET_MONTHS)),
                "|", "|", ("contact_name", "!=", False), ("email", "!=", False), ("phone", "!=", False),
            ]
        ).write({"contact_name": False, "email": False, "phone": False, "note": False})  # fmt: skip

    # -- what is no referral ---------------------------------------------------------------------------

    def _refusal(self):
        """Why this is none, as a code of `refusal`; False for a referral as it should be."""
        checks = ("self", "circle", "already", "email", "phone", "vat", "address", "known")
        for name in checks:
            if self.accepted_by_id and name in DOUBTFUL:
                continue
            if getattr(self, f"_refused_{name}")():
                return name
        return False

    def _refused_self(self):
        return bool(self.customer_id) and self.customer_id == self.referrer_customer_id

    def _refused_circle(self):
        return bool(self.customer_id) and self.env["crm.referral.engine"]._is_circle(self)

    def _refused_already(self):
        """The first who named a customer counts."""
        return bool(self.customer_id) and bool(
            self.search_count(
                [
                    ("customer_id", "=", self.customer_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("state", "!=", "refused"),
                    ("id", "<", self.id),
                ],
                limit=1,
            )
        )

    def _family(self, customer):
        """A customer with all contacts."""
        return self.env["res.partner"].with_context(active_test=False).search([("id", "child_of", customer.ids)])

    def _refused_email(self):
        own = {email_normalize(email) for email in [self.email, *self._family(self.customer_id).mapped("email")]} - {
            False,
            None,
        }
        return bool(own & set(self._family(self.referrer_customer_id).mapped("email_normalized")))

    def _refused_phone(self):
        country = self.company_id.country_id
        typed = self.phone and (self.referrer_id._phone_format(number=self.phone, country=country) or self.phone)
        own = {typed, *self._phones(self.customer_id)} - {False}
        return bool(own & self._phones(self.referrer_customer_id))

    def _phones(self, customer):
        """Numbers of a customer and its contacts in international form, as far as they can be read."""
        family = self._family(customer).filtered("phone")
        country = self.company_id.country_id
        return {
            partner.phone_sanitized
            or partner._phone_format(number=partner.phone, country=partner.country_id or country)
            or partner.phone
            for partner in family
        }

    def _refused_vat(self):
        numbers = [
            "".join(filter(str.isalnum, customer.vat or "")).upper()
            for customer in (self.customer_id, self.referrer_customer_id)
        ]
        return bool(numbers[0]) and numbers[0] == numbers[1]

    def _refused_address(self):
        """The same street and number in the same place; without a street nobody can tell."""
        addresses = [
            tuple("".join(filter(str.isalnum, text or "")).lower() for text in (c.street, c.street2, c.zip, c.city))
            for c in (self.customer_id, self.referrer_customer_id)
        ]
        return bool(addresses[0][0]) and addresses[0] == addresses[1]

    def _refused_known(self):
        return bool(self.customer_id) and self.env["crm.referral.engine"]._bought_before(self)

    # -- the reward ---------------------------------------------------------------------------------------

    def _settle(self):
        """Give both sides their points once the first order is invoiced, take back what was given when it is no more."""
        engine = self.env["crm.referral.engine"]
        if self.customer_id:
            # Whoever settles at the same time for one of the two customers fails to serialize, and is run again.
            self.env["loyalty.claim.engine"]._claim_holders(
                [(self.program_id.id, customer.id) for customer in self.customer_id | self.referrer_customer_id]
            )
        first, invoiced = engine._first_order(self) if self.customer_id else (False, False)
        if first and invoiced:
            if self.state != "rewarded":
                self._give(first)
            elif self.order_id.id != first:
                self.order_id = first
            return
        if self.state == "rewarded":
            self._take_back()
        values = {"order_id": first}
        stage = self._stage("customer" if first else "lead" if self.lead_id else "named")
        if self.stage_id != stage:
            values["stage_id"] = stage.id
        self.write(values)

    def _give(self, order_id):
        program = self.program_id
        limited = self._limit_reached()
        given = {"referrer": 0.0 if limited else program.referral_points_referrer, "new": program.referral_points_new}
        values = {
            "order_id": order_id,
            "stage_id": self._stage("rewarded").id,
            "rewarded_on": fields.Datetime.now(),
            "taken_back_on": False,
            "limited": limited,
        }
        for side, points in given.items():
            if points > EPSILON:
                card = self._card_to_give(side)
                self._move_points(card, points, program._ledger_expires_on())
                values.update({f"card_{side}_id": card.id, f"points_{side}": points})
        self.write(values)

    def _take_back(self):
        """Take back exactly what was given, as the ledger does: what was spent meanwhile becomes a debt."""
        values = {"rewarded_on": False, "taken_back_on": fields.Datetime.now()}
        for side in SIDES:
            if self[f"points_{side}"] > EPSILON:
                self._move_points(self._card_to_take(side), -self[f"points_{side}"])
                values[f"points_{side}"] = 0.0
        self.write(values)

    def _move_points(self, card, points, expires_on=False):
        line = {
            "amount": points,
            "cause": "referral",
            "origin_model": self._name,
            "origin_id": self.id,
            "company_id": self.company_id.id,
            "expires_on": expires_on,
        }
        card._move([line], Movement("settle", document=self))

    def _cards(self, side):
        """The active cards of one side's customer in this programme, that of the contact first."""
        partner = self[SIDES[side]]
        cards = self.env["loyalty.card"].search(
            [("program_id", "=", self.program_id.id), ("partner_id", "child_of", partner.commercial_partner_id.ids)],
            order="id",
        )
        return cards.sorted(lambda card: card.partner_id != partner)

    def _card_to_give(self, side):
        return self._cards(side)[:1] or self.env["loyalty.card"].create(
            {"program_id": self.program_id.id, "partner_id": self[SIDES[side]].id}
        )

    def _card_to_take(self, side):
        """The card the points were given to; after a merge the one they went over to."""
        card = self[f"card_{side}_id"]
        return card if card.active else self._cards(side)[:1] or card or self._card_to_give(side)

    def _limit_reached(self):
        """Whether the referrer has had as many rewards in the period as the programme gives."""
        program = self.program_id
        if not program.referral_limit:
            return False
        since = fields.Datetime.now() - relativedelta(months=program.referral_limit_months)
        return program.referral_limit <= self.search_count(
            [
                ("referrer_customer_id", "=", self.referrer_customer_id.id),
                ("program_id", "=", program.id),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "rewarded"),
                ("points_referrer", ">", 0),
                ("rewarded_on", ">", since),
                ("id", "!=", self.id),
            ]
        )
