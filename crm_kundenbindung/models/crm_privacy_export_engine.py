from odoo import models
from odoo.tools import SQL, format_date, format_datetime, formatLang, html2plaintext

from .crm_privacy_engine import TEXTS


class CrmPrivacyEngine(models.AbstractModel):
    """Collects everything about a person, for another program or for paper."""

    _inherit = "crm.privacy.engine"

    def _export(self, partners, for_people=False):
        """Return {title: [row, …]} of everything about these contacts; rows are dicts of labels and values.

        :param for_people: values as texts in the reader's language, for paper; without it as another program reads them
        """
        self.env.flush_all()
        write = self._row_for_people if for_people else self._export_row
        data = {self.env._("Contact"): [write(p, self._partner_fields()) for p in partners]}
        for model, links, _texts in self._places():
            query = SQL(
                "SELECT id FROM %s WHERE %s ORDER BY id",
                SQL.identifier(model._table),
                self._rows(model, links, partners.ids),
            )
            records = model.sudo().browse(row[0] for row in self.env.execute_query(query))
            names = [
                name
                for name, field in model._fields.items()
                if field.store
                and field.column_type
                and field.type != "binary"
                and name not in ("create_uid", "write_uid", "write_date")
            ]
            if records:
                data[self._title(model)] = [write(record, names) for record in records]
        for name, fields_, link in (
            ("sale.order", ("name", "date_order", "amount_total", "currency_id", "state"), "partner_id"),
            ("account.move", ("name", "invoice_date", "amount_total", "currency_id", "state"), "partner_id"),
        ):
            records = self.env[name].sudo().search([(link, "child_of", partners.ids)], order="id")
            if records:
                data[self._title(self.env[name])] = [write(record, fields_) for record in records]
        query = SQL("SELECT m.id FROM mail_message m WHERE %s ORDER BY m.id", self._messages(partners.ids))
        messages = self.env["mail.message"].sudo().browse(row[0] for row in self.env.execute_query(query))
        if messages:
            data[self._title(messages)] = [write(m, ("date", "email_from", "subject", "body")) for m in messages]
        return data

    def _title(self, model):
        return self.env["ir.model"].sudo()._get(model._name).name

    def _partner_fields(self):
        """Stored plain fields of a contact."""
        model = self.env["res.partner"]
        return [
            name
            for name, field in model._fields.items()
            if field.store
            and field.column_type
            and field.type not in ("binary", "properties")
            and name not in ("create_uid", "write_uid")
        ]

    def _export_row(self, record, names):
        """{label: value} of what a record holds; empty fields are left out."""
        return {
            label: value if isinstance(value, (bool, int, float)) else str(value)
            for label, _field, value in self._export_values(record, names)
        }

    def _row_for_people(self, record, names):
        """{label: text} of the same."""
        return {label: self._in_words(field, value) for label, field, value in self._export_values(record, names)}

    def _export_values(self, record, names):
        labels = {n: d["string"] for n, d in self.env[record._name].sudo().fields_get(names, ["string"]).items()}
        for name in names:
            field, value = record._fields[name], record[name]
            if value is None or value is False or (field.type in (*TEXTS, "many2one") and not value):
                continue
            if field.type == "many2one":
                value = value.sudo().display_name
            elif field.type == "html":
                value = html2plaintext(value)
            yield labels.get(name, name), field, value

    def _in_words(self, field, value):
        if field.type == "boolean":
            return self.env._("yes")
        if field.type == "date":
            return format_date(self.env, value)
        if field.type == "datetime":
            return format_datetime(self.env, value, dt_format="short")
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        if field.type in ("float", "monetary"):
            return formatLang(self.env, value, digits=2)
        return str(value)
