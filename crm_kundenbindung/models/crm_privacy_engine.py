from odoo import models
from odoo.tools import SQL, escape_psql

ADDONS = ("crm_werthaltigkeit", "crm_kundenbindung", "crm_controlling")
TEXTS = ("char", "text", "html")
# names of models, keys and codes: technical, never about a person
TECHNICAL = {
    "res_model", "model", "code", "touchpoint_key", "external_system", "key", "purpose_code", "rfm", "value_class", "rank_basis",
    "currency", "document_model", "kind_code",
}  # fmt: skip
# never touched: rows that prove something and hold no text about a person
PROOFS = {"loyalty.ledger", "crm.privacy.log"}
# records of other apps: links to the contact, and texts about it that are emptied
OTHERS = {
    "crm.lead": (
        ("partner_id",),
        ("contact_name", "partner_name", "email_from", "email_normalized", "email_cc", "email_domain_criterion", "phone", "phone_sanitized",
         "street", "street2", "zip", "city", "website", "function", "description"),
    ),
    "rating.rating": (("partner_id",), ("feedback",)),
    "survey.user_input": (("partner_id",), ("email", "nickname")),
    "calendar.attendee": (("partner_id",), ("email", "common_name")),
    "mail.notification": (("res_partner_id",), ("mail_email_address", "sms_number", "failure_reason")),
}  # fmt: skip
# what the law makes the company keep (§ 147 AO, § 257 HGB): listed, not touched
RESTRICTED = ("account.move", "account.payment", "res.partner.bank")


class CrmPrivacyEngine(models.AbstractModel):
    """Finds and empties what tells about a person, set-based, in the tables of the suite and in messages; sums stay."""

    _name = "crm.privacy.engine"
    _description = "Personal Data of a Contact"

    # -- where something lies ---------------------------------------------------------------------

    def _own_models(self):
        """Return the suite's models with a table, in the order of their names."""
        return [
            self.env[name]
            for name, model in sorted(self.env.registry.items())
            if model._original_module in ADDONS and model._auto and not model._abstract and not model._transient
        ]

    def _links(self, model):
        """Names of the stored many2one fields to contacts."""
        return [
            name
            for name, field in model._fields.items()
            if field.comodel_name == "res.partner" and field.type == "many2one" and field.store and field.column_type
        ]

    def _texts(self, model):
        """Names of the stored texts that may tell about a person."""
        return [
            name
            for name, field in model._fields.items()
            if field.type in TEXTS
            and field.store
            and field.column_type
            and not field.translate
            and name not in TECHNICAL
        ]

    def _rows(self, model, links, ids):
        """Condition: a row of this table belongs to one of these contacts."""
        if not links:
            return SQL("FALSE")
        return SQL("(%s)", SQL(" OR ").join(SQL("%s = ANY(%s)", SQL.identifier(link), ids) for link in links))

    def _found(self, partners):
        """Return [(model name, number of rows, its emptied texts)] of everything about these contacts."""
        self.env.flush_all()
        found = []
        for model, links, texts in self._places():
            count = self.env.execute_query(
                SQL(
                    "SELECT count(*) FROM %s WHERE %s",
                    SQL.identifier(model._table),
                    self._rows(model, links, partners.ids),
                )
            )[0][0]
            if count:
                found.append((model._name, count, texts))
        return found

    def _places(self):
        """Return [(model, links to contacts, texts)] of the suite and of other apps that are installed."""
        places = [(m, self._links(m), self._texts(m)) for m in self._own_models() if m._name not in PROOFS]
        for name, (links, texts) in OTHERS.items():
            if name in self.env:
                model = self.env[name]
                known = [
                    t for t in texts if t in model._fields and model._fields[t].store and model._fields[t].column_type
                ]
                places.append((model, [link for link in links if link in model._fields], known))
        return [place for place in places if place[1]]

    def _restricted(self, partners):
        """Return [(model name, number)] of what the law makes the company keep."""
        rows = []
        for name in RESTRICTED:
            model = self.env[name].sudo().with_context(active_test=False)
            link = (
                "commercial_partner_id"
                if "commercial_partner_id" in model._fields and model._fields["commercial_partner_id"].store
                else "partner_id"
            )
            count = model.search_count(["|", ("partner_id", "in", partners.ids), (link, "in", partners.ids)])
            if count:
                rows.append((name, count))
        messages = self.env.execute_query(
            SQL("SELECT count(*) FROM mail_message m WHERE %s", self._kept_messages(partners.ids))
        )[0][0]
        return [*rows, ("mail.message", messages)] if messages else rows

    # -- emptying ---------------------------------------------------------------------------------

    def _empty(self, partners):
        """Empty the texts about these contacts everywhere but on the contacts themselves; return how many rows."""
        self.env.flush_all()
        ids, touched = partners.ids, 0
        addresses = [a for a in partners.mapped("email_normalized") if a]
        touched += self._empty_messages(ids, addresses)
        touched += self._empty_annotations(ids)
        for model, links, texts in self._places():
            if texts:
                touched += self._execute(self._empty_rows(model, links, texts, ids))
        self.env.invalidate_all(flush=False)
        return touched

    def _empty_rows(self, model, links, texts, ids):
        """Empty these texts; what must not be empty or must be unique gets the number of its row."""
        columns = []
        for name in texts:
            needed = model._fields[name].required or name == "external_ref"
            value = (
                SQL("CASE WHEN %s IS NULL THEN NULL ELSE '#' || id END", SQL.identifier(name))
                if needed
                else SQL("NULL")
            )
            columns.append(SQL("%s = %s", SQL.identifier(name), value))
        return SQL(
            "UPDATE %s SET %s WHERE %s",
            SQL.identifier(model._table),
            SQL(", ").join(columns),
            self._rows(model, links, ids),
        )

    def _empty_annotations(self, ids):
        """What people noted on captured touchpoints of these contacts."""
        return self._execute(
            SQL(
                """
                UPDATE crm_touchpoint_annotation a SET note = NULL FROM crm_touchpoint t
                 WHERE a.source_id = t.source_id AND a.record_id = t.record_id AND a.slot = t.slot
                   AND (t.partner_id = ANY(%s) OR t.commercial_partner_id = ANY(%s))
                """,
                ids,
                ids,
            )
        )

    def _empty_messages(self, ids, addresses):
        """Messages on the contacts and on the suite's records about them, what they wrote, tracked values, mails waiting."""
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS crm_privacy_message"))
        self.env.cr.execute(
            SQL(
                "CREATE TEMP TABLE crm_privacy_message ON COMMIT DROP AS SELECT m.id FROM mail_message m WHERE %s AND NOT %s",
                self._messages(ids),
                self._kept_messages(ids),
            )
        )
        mine = SQL("(SELECT id FROM crm_privacy_message)")
        count = self._execute(
            SQL(
                "UPDATE mail_message SET body = '', subject = NULL, email_from = NULL, reply_to = NULL%s WHERE id IN %s",
                SQL(", incoming_email_to = NULL, incoming_email_cc = NULL, outgoing_email_to = NULL")
                if "outgoing_email_to" in self.env["mail.message"]._fields
                else SQL(),
                mine,
            )
        )
        count += self._execute(
            SQL(
                """
                UPDATE mail_tracking_value SET old_value_char = NULL, new_value_char = NULL, old_value_text = NULL, new_value_text = NULL
                 WHERE mail_message_id IN %s
                """,
                mine,
            )
        )
        count += self._execute(
            SQL(
                """
                UPDATE mail_mail SET body_html = '', email_to = NULL, email_cc = NULL, headers = NULL,
                       state = CASE WHEN state = 'outgoing' THEN 'cancel' ELSE state END
                 WHERE mail_message_id IN %s OR id IN (SELECT mail_id FROM crm_outreach_recipient WHERE partner_id = ANY(%s))
                    OR email_to ILIKE ANY(%s)
                """,
                mine,
                ids,
                [f"%{escape_psql(address)}%" for address in addresses],
            )
        )
        return count

    def _messages(self, ids):
        """Condition: message `m` lies on one of the contacts, on a record of the suite about it, or was written by it."""
        conditions = [
            SQL("(m.model = 'res.partner' AND m.res_id = ANY(%s))", ids),
            SQL("m.author_id = ANY(%s)", ids),
            SQL(
                """
                m.id IN (SELECT q.mail_message_id FROM mail_mail q JOIN crm_outreach_recipient r ON r.mail_id = q.id
                          WHERE r.partner_id = ANY(%s))
                """,
                ids,
            ),
        ]
        for model, links, _texts in self._places():
            if hasattr(model, "message_post"):
                conditions.append(
                    SQL(
                        "(m.model = %s AND m.res_id IN (SELECT id FROM %s WHERE %s))",
                        model._name,
                        SQL.identifier(model._table),
                        self._rows(model, links, ids),
                    )
                )
        return SQL("(%s)", SQL(" OR ").join(conditions))

    def _kept_messages(self, ids):
        """Condition: message `m` belongs to the audit trail of an invoice of these contacts."""
        return SQL(
            """
            (m.model IS NOT NULL AND m.model IN ('account.move', 'account.payment') AND
             (m.author_id = ANY(%s) OR (m.model = 'account.move' AND EXISTS (
                SELECT FROM account_move a WHERE a.id = m.res_id AND (a.partner_id = ANY(%s) OR a.commercial_partner_id = ANY(%s))))))
            """,
            ids,
            ids,
            ids,
        )

    def _execute(self, statement):
        self.env.cr.execute(statement)
        return self.env.cr.rowcount
