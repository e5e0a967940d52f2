from datetime import timedelta

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .test_referral import ReferralCase
from .test_tier import TierCase


@tagged("post_install", "-at_install")
class TestTierTour(TierCase, HttpCase):
    """The work list of downgrades in a browser, as a salesperson."""

    def test_confirm_one_and_keep_one(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.user.write(
            {
                "lang": "en_US",
                "group_ids": [Command.link(self.env.ref("crm_kundenbindung.group_kundenbindung_tier").id)],
            }
        )
        fallen = [self._buyer(name, 10, days_ago=360) for name in ("Fallen One", "Fallen Two")]
        self._compute()
        self.program.tier_months = 6
        self._compute()
        one, two = (self._member(partner) for partner in fallen)
        (one | two).sudo().below_since = self.today - timedelta(days=60)
        self._compute()
        self.assertEqual(set((one | two).mapped("downgrade")), {"due"})
        self.start_tour("/odoo/tier-downgrades", "crm_kundenbindung_tier", login=self.user.login)
        self.env.invalidate_all()
        self.assertEqual((one.tier_id, two.tier_id), (self.bronze, self.gold))
        self.assertTrue(two.kept_until)


@tagged("post_install", "-at_install")
class TestReferralTour(ReferralCase, HttpCase):
    """A code told on the phone is entered at the lead, in a browser, as a salesperson."""

    def test_enter_a_code(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.user.write(
            {
                "lang": "en_US",
                "group_ids": [Command.link(self.env.ref("crm_kundenbindung.group_kundenbindung_referral").id)],
            }
        )
        code = self.env["crm.referral.code"]._of(self.referrer, self.company)
        lead = self.env["crm.lead"].create(
            {
                "name": "Called about brakes",
                "contact_name": "Lea Lead",
                "type": "opportunity",
                "user_id": self.user.id,
                "description": f"says the code is {code.code}",
            }
        )
        self.start_tour(f"/odoo/crm.lead/{lead.id}", "crm_kundenbindung_referral", login=self.user.login)
        referral = self.referrals.search([("lead_id", "=", lead.id)])
        self.assertEqual((referral.referrer_id, referral.state), (self.referrer, "lead"))
