import base64
import csv
import io
import math
import re
from datetime import datetime

from odoo import fields, models
from odoo.exceptions import UserError

from ..movement import Movement

COLUMNS = ("card", "customer", "points", "expires_on")
EXAMPLE = (("", "anna.sommer@example.com", "120", "2027-12-31"), ("044ABCD2345EFGH67", "", "35", ""))
MAX_POINTS = 1e9
MAX_LENGTH = 200
# So many problems are worded; of more of them the lines are named.
WORDED = 500
# One thousand two hundred in German, or a little more than one: nobody can tell.
AMBIGUOUS = re.compile(r"[1-9]\d{0,2}([.,]\d{3})+")


class LoyaltyLedgerImport(models.TransientModel):
    """Take balances over from a spreadsheet or from paper cards: every row, or none."""

    _name = "loyalty.ledger.import"
    _description = "Import Balances"

    program_id = fields.Many2one(
        "loyalty.program", required=True, default=lambda self: self.env.context.get("active_id")
    )
    file = fields.Binary(help="A table with the columns of the template, as CSV or Excel file.")
    file_name = fields.Char()
    template = fields.Binary(compute="_compute_template")
    template_name = fields.Char(compute="_compute_template")
    problems = fields.Text(readonly=True)

    def _compute_template(self):
        rows = io.StringIO()
        csv.writer(rows, delimiter=";").writerows([COLUMNS, *EXAMPLE])
        for wizard in self:
            wizard.template = base64.b64encode(rows.getvalue().encode("utf-8-sig"))
            wizard.template_name = "points.csv"

    def action_import(self):
        """Import the file, or list what is wrong with it, line by line."""
        self.ensure_one()
        self.env["loyalty.card"]._check_ledger_manager()
        self.program_id.check_access("read")
        rows, problems = self._checked_rows()
        if problems:
            self.problems = self._listed(problems)
            return {
                "type": "ir.actions.act_window",
                "res_model": self._name,
                "res_id": self.id,
                "views": [(False, "form")],
                "target": "new",
            }
        # The ledger keeps what happened: no mail and no note on each of thousands of cards.
        cards = self.env["loyalty.card"].sudo().with_context(
            loyalty_no_mail=True, tracking_disable=True, mail_create_nolog=True
        )  # fmt: skip
        newcomers = [partner for card, partner, _points, _expires_on in rows if not card]
        created = cards.create([{"program_id": self.program_id.id, "partner_id": p.id} for p in newcomers])
        new_cards = dict(zip(newcomers, created))
        lines = {
            card or new_cards[partner]: [{"amount": points, "cause": "import", "expires_on": expires_on}]
            for card, partner, points, expires_on in rows
        }
        cards.browse(card.id for card in lines)._move_all(lines, Movement("import", cause="import"))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s balances imported.", len(rows)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _listed(self, problems):
        """The problems for people to read, every line of them named: [(line number, what is wrong)]."""
        _ = self.env._
        listed = [_("Line %(number)s: %(problem)s", number=number, problem=text) for number, text in problems[:WORDED]]
        if more := problems[WORDED:]:
            numbers = ", ".join(str(number) for number, _problem in more)
            listed.append(_("And something is wrong with these lines too: %s", numbers))
        return "\n".join(listed)

    def _checked_rows(self):
        """Rows (card, partner, points, expiry) ready to be written, and [(line number, what is wrong)]."""
        rows, problems, seen = [], [], {}
        lines = self._read_lines()
        sound = [line for _number, line in lines if not self._unreadable(line)]
        cards, partners = self._cards(sound), self._partners(sound)
        cards_by_partner = self._cards_of_partners(partners)
        for number, line in lines:
            problem, row = self._check_line(line, cards, partners, cards_by_partner)
            target = row and (row[0] or row[1])
            if target and target in seen:
                problem = self.env._("the same customer or card as in line %s", seen[target])
            if problem:
                problems.append((number, problem))
            else:
                seen[target] = number
                rows.append(row)
        if not lines:
            raise UserError(self.env._("The file has no rows."))
        return rows, problems

    def _unreadable(self, line):
        """What is wrong with the text of a line before its meaning is looked at, or False."""
        if any(len(value) > MAX_LENGTH for value in line.values()):
            return self.env._("a value is longer than %s characters", MAX_LENGTH)
        if any("\0" in value for value in line.values()):
            return self.env._("a value has a character that cannot be stored")
        return False

    def _check_line(self, line, cards, partners, cards_by_partner):
        """Return what is wrong with a line (or False) and its row."""
        _ = self.env._
        if problem := self._unreadable(line):
            return problem, None
        if AMBIGUOUS.fullmatch(line["points"]):
            return _("“%s” can be read in two ways: please write thousands without a separator", line["points"]), None
        try:
            points = float(line["points"].replace(",", "."))
        except ValueError:
            return _("“%s” is not a number of points", line["points"]), None
        if not math.isfinite(points) or not 0 < points <= MAX_POINTS:
            return _("points must be a number above 0"), None
        expires_on = False
        if line["expires_on"]:
            expires_on = self._parse_date(line["expires_on"])
            if not expires_on:
                return _("“%s” is not a date", line["expires_on"]), None
        card = partner = None
        if line["card"]:
            card = cards.get(line["card"])
            if not card:
                return _("there is no card “%s” in this program", line["card"]), None
        else:
            found = partners.get(line["customer"].lower(), [])
            if len(found) != 1:
                if found:
                    return _("several customers are known as “%s”", line["customer"]), None
                return _("no customer is known as “%s”", line["customer"]), None
            partner = found[0]
            card = cards_by_partner.get(partner)
        return False, (card, partner, points, expires_on)

    def _parse_date(self, text):
        for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S"):
            try:
                return datetime.strptime(text, form).date()
            except ValueError:
                continue
        return False

    def _cards(self, lines):
        codes = list({line["card"] for line in lines if line["card"]})
        found = self.env["loyalty.card"].sudo().search(
            [("code", "in", codes), ("program_id", "=", self.program_id.id)]
        )  # fmt: skip
        return {card.code: card for card in found}

    def _partners(self, lines):
        """Customers by e-mail address and by reference, as the user sees them."""
        keys = list({line["customer"] for line in lines if line["customer"]})
        partners = self.env["res.partner"].search(
            ["|", ("email_normalized", "in", [key.lower() for key in keys]), ("ref", "in", keys)]
        )
        found = {}
        for partner in partners:
            for key in {(partner.email_normalized or "").lower(), (partner.ref or "").lower()} - {""}:
                found.setdefault(key, []).append(partner)
        return found

    def _cards_of_partners(self, partners):
        """The card that each of these customers has in the program already: {partner: card}."""
        ids = {partner.id for found in partners.values() for partner in found}
        cards = self.env["loyalty.card"].sudo().search(
            [("program_id", "=", self.program_id.id), ("partner_id", "in", list(ids))], order="id desc"
        )  # fmt: skip
        return {card.partner_id: card for card in cards}

    def _read_lines(self):
        """[(line number, {column: text})] of the file; empty lines are left out."""
        if not self.file:
            raise UserError(self.env._("Please choose a file."))
        content = base64.b64decode(self.file)
        try:
            table = self._read_excel(content) if content[:2] == b"PK" else self._read_csv(content)
        except Exception as error:
            raise UserError(self.env._("The file cannot be read: %s", error))
        header = [name.strip().lower() for name in table[0]] if table else []
        if missing := [name for name in ("points",) if name not in header] or (
            [] if {"card", "customer"} & set(header) else ["customer"]
        ):
            raise UserError(self.env._("The column “%s” is missing. Please use the template.", missing[0]))
        lines = []
        for number, values in enumerate(table[1:], 2):
            line = dict.fromkeys(COLUMNS, "")
            line.update({name: value.strip() for name, value in zip(header, values) if name in COLUMNS})
            if any(line.values()):
                lines.append((number, line))
        return lines

    def _read_csv(self, content):
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252")
        first = text.split("\n", 1)[0]
        csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
        return list(csv.reader(io.StringIO(text), delimiter=max(";,\t", key=first.count)))

    def _read_excel(self, content):
        import openpyxl

        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        return [
            ["" if value is None else str(value) for value in row] for row in book.active.iter_rows(values_only=True)
        ]
