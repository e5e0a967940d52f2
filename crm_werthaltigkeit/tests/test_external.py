import json
import xmlrpc.client
from datetime import datetime, timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged, users

from .common import WerthaltigkeitCase

SHOP = {"external_system": "shop", "kind": "order", "channel": "webshop"}


def event(ref, **values):
    return {"external_system": "shop", "external_ref": ref, **values}


@tagged("post_install", "-at_install")
class TestExternal(WerthaltigkeitCase):
    """Touchpoints of other systems: each once, all or none, every error named."""

    def _log(self, *rows, user=None):
        return self.env["crm.touchpoint"].with_user(user or self.user).log_external(list(rows))

    def _problems(self, *rows, user=None):
        """The lines of the error; nothing may be written."""
        count = self.env["crm.touchpoint"].search_count([])
        with self.assertRaises(ValidationError) as caught:
            self._log(*rows, user=user)
        self.assertEqual(self.env["crm.touchpoint"].search_count([]), count)
        return str(caught.exception).splitlines()

    def test_a_call_is_logged(self):
        [touchpoint_id] = self._log(
            event(
                "call-1",
                partner_id=self.contact.id,
                kind="contact",
                channel="phone",
                direction="out",
                date="2026-01-05T14:05:00+01:00",
                satisfaction="good",
                minutes=6,
                note=" asked for brake pads 🚗 ",
                user=self.user.login,
            )
        )
        touchpoint = self.env["crm.touchpoint"].browse(touchpoint_id)
        self.assertEqual(touchpoint.commercial_partner_id, self.customer)
        self.assertEqual(touchpoint.date, datetime(2026, 1, 5, 13, 5))
        self.assertEqual(touchpoint.channel_id.code, "phone")
        self.assertEqual((touchpoint.direction, touchpoint.satisfaction, touchpoint.minutes), ("out", "good", 6))
        self.assertEqual(touchpoint.note, "asked for brake pads 🚗")
        self.assertEqual((touchpoint.external_system, touchpoint.external_ref), ("shop", "call-1"))
        self.assertAlmostEqual(touchpoint.cost, 0.2 + 6, 2, "from the rates of the channel")
        self.assertEqual((touchpoint.user_id, touchpoint.create_uid), (self.user, self.user))
        self.assertFalse(touchpoint.automatic)

    def test_defaults(self):
        [touchpoint_id] = self._log(event("bare", partner_id=self.customer.id))
        touchpoint = self.env["crm.touchpoint"].browse(touchpoint_id)
        self.assertEqual((touchpoint.kind_id.code, touchpoint.direction), ("contact", "in"))
        self.assertFalse(touchpoint.channel_id)
        self.assertFalse(touchpoint.user_id, "the system is nobody of us")
        self.assertLess(abs(datetime.now() - touchpoint.date), timedelta(minutes=5))
        self.assertEqual((touchpoint.minutes, touchpoint.cost), (0, 0))

    def test_reported_cost_stays(self):
        [touchpoint_id] = self._log(event("c", partner_id=self.customer.id, channel="phone", minutes=30, cost=1.5))
        touchpoint = self.env["crm.touchpoint"].browse(touchpoint_id)
        self.assertEqual(touchpoint.cost, 1.5)
        self._channel("phone").cost_per_hour = 90
        self._capture()
        self.env.invalidate_all()
        self.assertEqual(touchpoint.cost, 1.5)

    def test_each_event_once(self):
        first = self._log(event("1", partner_id=self.customer.id, note="first"), event("2", partner_id=self.other.id))
        again = self._log(
            event("2", partner_id=self.other.id),
            event("3", partner_id=self.other.id),
            event("1", note="x", partner_id=self.other.id),
        )
        self.assertEqual([again[0], again[2]], first[::-1])
        self.assertNotIn(again[1], first)
        self.assertEqual(self.env["crm.touchpoint"].browse(first[0]).note, "first", "the first delivery counts")
        twice = self._log(event("4", partner_id=self.customer.id), event("4", partner_id=self.customer.id))
        self.assertEqual(twice[0], twice[1])
        other_system = self._log({**event("1", partner_id=self.customer.id), "external_system": "pbx"})
        self.assertNotIn(other_system[0], first)
        self.assertEqual(self._log(), [])

    def test_event_that_is_there_is_not_checked_again(self):
        """Delivered again after its contact was deleted, it still answers with its id."""
        partner = self.env["res.partner"].create({"name": "Gone"})
        ids = self._log(event("1", partner_id=partner.id))
        partner.unlink()
        self.assertEqual(self._log(event("1", partner_id=partner.id)), ids)

    def test_customer_by_reference_mail_or_phone(self):
        self.customer.ref = "K-100"
        self.other.write({"phone": "+49 711 8882200", "country_id": self.env.ref("base.de").id})
        self.company.country_id = self.env.ref("base.de")
        ids = self._log(
            event("1", partner_ref="K-100"),
            event("2", email=" Petra Klein <PETRA.Klein@example.com>"),
            event("3", phone="0711 888-2200"),
            event("4", phone="0049 711 8882200"),
        )
        touchpoints = self.env["crm.touchpoint"].browse(ids)
        self.assertEqual(list(touchpoints.mapped("partner_id.name")), ["Taxi Brandt GmbH", "Petra Klein"])
        self.assertEqual(touchpoints[1:].partner_id, self.other)

    def test_ambiguous_customers(self):
        twin = self.env["res.partner"].create({"name": "Other Petra", "email": "petra.klein@example.com"})
        [line] = self._problems(event("1", email="petra.klein@example.com"))
        self.assertIn("Row 1, email", line)
        self.assertIn(str(twin.id), line)
        twin.parent_id = self.other
        self.assertEqual(
            self.env["crm.touchpoint"].browse(self._log(event("1", email="petra.klein@example.com"))).partner_id,
            self.other,
            "contacts of one customer: the customer",
        )

    def test_every_bad_row_is_named(self):
        """Reliability 9: whatever another system sends, each row is named with its field and nothing is written."""
        good = {"partner_id": self.customer.id}
        bad = [
            ({"date": "31.12.2025"}, "date"),
            ({"date": "2026-13-45"}, "date"),
            ({"date": "0001-01-01T00:00:00+14:00"}, "date"),
            ({"date": "9999-12-31T23:59:59-14:00"}, "date"),
            ({"date": 20260101}, "date"),
            ({"date": "2199-01-01"}, "date"),
            ({"partner_id": 2**31 - 1}, "partner_id"),
            ({"partner_id": 10**30}, "partner_id"),
            ({"partner_id": "7"}, "partner_id"),
            ({"partner_id": True}, "partner_id"),
            ({"partner_id": -1}, "partner_id"),
            ({"kind": "teleport"}, "kind"),
            ({"kind": ["order"]}, "kind"),
            ({"channel": "'; DROP TABLE crm_touchpoint; --"}, "channel"),
            ({"direction": "up"}, "direction"),
            ({"satisfaction": "meh"}, "satisfaction"),
            ({"minutes": float("nan")}, "minutes"),
            ({"minutes": json.loads("1e309")}, "minutes"),
            ({"minutes": -1}, "minutes"),
            ({"minutes": "5"}, "minutes"),
            ({"minutes": True}, "minutes"),
            ({"minutes": 10**400}, "minutes"),
            ({"cost": -0.01}, "cost"),
            ({"cost": float("-inf")}, "cost"),
            ({"cost": {}}, "cost"),
            ({"note": "x" * 1_000_000}, "note"),
            ({"note": "a\x00b"}, "note"),
            ({"note": "\ud800"}, "note"),
            ({"note": 5}, "note"),
            ({"user": "nobody@nowhere"}, "user"),
            ({"company_id": 10**6}, "company_id"),
            ({"external_ref": ""}, "external_ref"),
            ({"external_ref": None}, "external_ref"),
            ({"external_ref": 4711}, "external_ref"),
            ({"external_system": " "}, "external_system"),
            ({"partner_id": None}, "partner_id"),
            ({"email": "both@example.com"}, "partner_id"),
            ({"partner_id": None, "email": "not an address"}, "email"),
            ({"partner_id": None, "phone": "hello"}, "phone"),
            ({"partner_id": None, "partner_ref": "K-unknown"}, "partner_ref"),
            ({"surprise": 1}, "'surprise'"),
            ({"x" * 1000: 1}, "'xxxx"),
        ]
        rows = [event("good", **good)]
        rows += [{**event(f"bad-{index}", **good), **values} for index, (values, _field) in enumerate(bad)]
        rows += ["no dict", None, 5, []]
        lines = self._problems(*rows)
        for number, (values, field) in enumerate(bad, start=2):
            with self.subTest(values=str(values)[:60]):
                self.assertTrue(any(line.startswith(f"Row {number}, {field}") for line in lines), lines)
        for number in range(len(bad) + 2, len(bad) + 6):
            self.assertTrue(any(line.startswith(f"Row {number}, ") for line in lines))
        self.assertFalse([line for line in lines if line.startswith("Row 1,")])
        self.assertLess(max(map(len, lines)), 300, "bad input is not echoed at length")

    def test_good_but_odd_texts(self):
        texts = ("=HYPERLINK(1)", "עברית", "<script>alert(1)</script>", "%s %(a)s", "a'b\"c\\", "€" * 10_000)
        ids = self._log(*(event(text[:50], partner_id=self.customer.id, note=text) for text in texts))
        self.assertEqual(self.env["crm.touchpoint"].browse(ids).mapped("note"), list(texts))

    def test_wrong_batches(self):
        for values in ("rows", {"a": 1}, 5, None, [[event("1")]], [event("1")] * 10_001):
            with self.subTest(values=str(values)[:40]), self.assertRaises(ValidationError):
                self.env["crm.touchpoint"].with_user(self.user).log_external(values)

    def test_only_with_customer_contact(self):
        employee = new_test_user(self.env, "wert_ext_plain", groups="base.group_user")
        with self.assertRaises(AccessError):
            self._log(event("1", partner_id=self.customer.id), user=employee)

    def test_nobody_forges_the_origin(self):
        touchpoint = self.env["crm.touchpoint"].with_user(self.user).create({"partner_id": self.customer.id})
        for vals in ({"external_ref": "1"}, {"external_system": "shop"}, {"cost_reported": True}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                touchpoint.write(vals)
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                touchpoint.create({"partner_id": self.customer.id, **vals})

    def test_two_companies(self):
        company = self.env["res.company"].create({"name": "Second"})
        foreign = self.env["res.partner"].create({"name": "F", "ref": "F-1", "company_id": company.id})
        rows = [
            event("1", partner_id=foreign.id),
            event("2", partner_ref="F-1"),
            event("3", partner_id=self.customer.id, company_id=company.id),
        ]
        lines = self._problems(*rows)
        self.assertEqual(
            [line.split(":")[0] for line in lines], ["Row 1, partner_id", "Row 2, partner_ref", "Row 3, company_id"]
        )
        self.user.company_ids |= company
        both = self._log(
            event("1", partner_id=self.customer.id), event("1", partner_id=foreign.id, company_id=company.id)
        )
        self.assertEqual(len(set(both)), 2, "the same reference in two companies is two events")
        [line] = self._problems(event("9", partner_id=foreign.id))
        self.assertIn("Row 1, partner_id", line)

    def test_purchases_get_their_stage_and_values_follow(self):
        self.values._rebuild(self.company)
        ids = self._log(
            event("b", partner_id=self.other.id, kind="order", date="2026-02-01"),
            event("a", partner_id=self.other.id, kind="order", date="2026-01-01"),
        )
        self.assertEqual(self.env["crm.touchpoint"].browse(ids).mapped("stage"), ["repeat", "purchase"])
        changed = self.env["crm.value.query"].with_company(self.company)._changed(self.company)
        self.assertIn((self.other.id,), self.env.execute_query(changed))

    def test_ten_thousand_rows(self):
        """Set-based: the number of queries does not depend on the number of rows."""
        partners = self.env["res.partner"].create([{"name": f"P{i}", "email": f"p{i}@ten.example"} for i in range(100)])

        def rows(prefix, count):
            return [
                event(f"{prefix}-{i}", email=f"p{i % 100}@ten.example", kind="contact", channel="phone", minutes=i % 50)
                for i in range(count)
            ]

        self._log(*rows("warm", 3))
        self.env.flush_all()
        with self.assertQueryCount(20):
            self._log(*rows("few", 10))
        with self.assertQueryCount(20):
            ids = self._log(*rows("many", 10_000))
        self.assertEqual(len(set(ids)), 10_000)
        found = self.env["crm.touchpoint"].browse(ids)
        self.assertEqual(found[:100].partner_id, partners)
        self.assertEqual(found.mapped("external_ref"), [f"many-{i}" for i in range(10_000)])

    @users("wert_user")
    def test_search_by_system(self):
        self._log(event("1", partner_id=self.customer.id), user=self.env.user)
        [(system, count)] = self.env["crm.touchpoint"]._read_group(
            [("external_system", "!=", False)], ["external_system"], ["__count"]
        )
        self.assertEqual((system, count), ("shop", 1))


@tagged("post_install", "-at_install")
class TestExternalOverHttp(WerthaltigkeitCase, HttpCase):
    """As other systems call it: JSON-2 with a bearer key, and XML-RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = (
            cls.env["res.users.apikeys"]
            .with_user(cls.user)
            ._generate("rpc", "Shop", datetime.now() + timedelta(hours=1))
        )

    def _post(self, values, key=None):
        return self.url_open(
            "/json/2/crm.touchpoint/log_external",
            data=json.dumps({"values": values}),
            headers={"Authorization": f"Bearer {key or self.key}", "Content-Type": "application/json"},
        )

    def test_json_2(self):
        rows = [event("1", partner_id=self.customer.id, minutes=4.5), event("2", email="petra.klein@example.com")]
        answer = self._post(rows)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(
            self.env["crm.touchpoint"].browse(answer.json()).partner_id.ids, [self.customer.id, self.other.id]
        )
        self.assertEqual(self._post(rows).json(), answer.json())

    def test_json_2_errors(self):
        answer = self._post([event("1", partner_id=self.customer.id, minutes=float("nan"), cost=-1)])
        self.assertEqual(answer.status_code, 422)
        self.assertIn("Row 1, minutes", answer.json()["message"])
        self.assertIn("Row 1, cost", answer.json()["message"])
        answer = self.url_open(
            "/json/2/crm.touchpoint/log_external",
            data=f'{{"values": [{{"external_system": "s", "external_ref": "r", "partner_id": {self.customer.id}, "minutes": 1e309}}]}}',
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
        )
        self.assertEqual(answer.status_code, 422)
        self.assertEqual(self._post([event("1")], key="wrong").status_code, 401)

    def test_xml_rpc(self):
        call = lambda *args: self.xmlrpc_object.execute_kw(  # noqa: E731
            self.env.cr.dbname, self.user.id, self.key, "crm.touchpoint", "log_external", list(args)
        )
        moment = xmlrpc.client.DateTime(datetime(2026, 1, 5, 10, 0))
        ids = call([event("x", partner_id=self.customer.id, date=moment, note=False)])
        self.assertEqual(self.env["crm.touchpoint"].browse(ids).date, datetime(2026, 1, 5, 10, 0))
        with self.assertRaisesRegex(xmlrpc.client.Fault, "Row 1, kind"):
            call([event("y", partner_id=self.customer.id, kind="nope")])
