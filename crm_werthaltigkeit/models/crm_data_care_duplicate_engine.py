import re
from itertools import combinations

from odoo import models
from odoo.tools import SQL

CROWD = 10  # what more contacts share, a switchboard or a common address, is no sign of a duplicate
CODES = ("vat", "email", "phone", "name")
LEGAL_FORMS = (
    "gmbh",
    "mbh",
    "ag",
    "kg",
    "kgaa",
    "ohg",
    "gbr",
    "ug",
    "eg",
    "ek",
    "ev",
    "co",
    "ltd",
    "inc",
    "llc",
    "sarl",
)
FILLERS = (*LEGAL_FORMS, "und", "and", "herr", "frau", "dr")  # words that make no name


def _words(name):
    """
    >>> sorted(_words("taxi-brandt gmbh"))
    ['brandt', 'taxi']
    """
    return {word for word in re.split(r"\W+", name) if len(word) > 2} - set(FILLERS)


class CrmDataCareDuplicate(models.AbstractModel):
    """Finds contacts that are probably the same: equal mail, VAT number, name and ZIP, or phone.

    A family or a house shares a phone, so there the names must have a word in common.

    Companies and private persons are compared with each other, the contacts of a company among
    themselves: that a company and its people share a number is no defect.
    """

    _name = "crm.data.care.duplicate"
    _description = "Search for Duplicates"

    def _find(self, company, partner_ids=None):
        """Return [(contact, oldest contact of its group, reasons)] of all contacts that have a duplicate.

        :param partner_ids: compare these only; None for everybody the company knows
        """
        groups = self.env.execute_query(self._shared(company, partner_ids))
        distinct = self.env["crm.data.care.distinct"]._pairs({i for _code, ids, _names in groups for i in ids})
        parents, reasons = {}, {}

        def root(contact):
            while parents.setdefault(contact, contact) != contact:
                parents[contact] = contact = parents[parents[contact]]
            return contact

        for code, ids, names in groups:
            words = [_words(name) for name in names] if code == "phone" else None
            for i, j in combinations(range(len(ids)), 2):
                one, other = ids[i], ids[j]
                if (one, other) in distinct or (words and not words[i] & words[j]):
                    continue
                low, high = sorted((root(one), root(other)))
                parents[high] = low
                reasons.setdefault(one, set()).add(code)
                reasons.setdefault(other, set()).add(code)
        return [
            (contact, root(contact), ",".join(sorted(codes, key=CODES.index))) for contact, codes in reasons.items()
        ]

    def _shared(self, company, partner_ids):
        """Select (reason, ids in ascending order, names beside a phone) of contacts that share a value."""
        name = SQL("lower(p.name)")
        for letter, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("é", "e"), ("è", "e")):
            name = SQL("replace(%s, %s, %s)", name, letter, plain)
        return SQL(
            r"""
            WITH contacts AS (
                SELECT c.partner_id AS id,
                       CASE WHEN c.customer_type = 'contact' THEN c.commercial_partner_id ELSE 0 END AS place,
                       c.customer_type, p.email_normalized, p.phone_sanitized, p.vat, p.zip, %(name)s AS name
                  FROM crm_data_care c JOIN res_partner p ON p.id = c.partner_id
                 WHERE c.company_id = %(company)s AND %(few)s),
            keys AS (
                SELECT 'email' AS code, place, email_normalized AS key, id, '' AS name FROM contacts WHERE email_normalized <> ''
                UNION ALL
                SELECT 'phone', place, phone_sanitized, id, name FROM contacts WHERE phone_sanitized <> ''
                UNION ALL
                SELECT 'vat', place, regexp_replace(upper(vat), '[^A-Z0-9]', '', 'g'), id, ''
                  FROM contacts WHERE length(vat) > 4 AND customer_type <> 'contact'
                UNION ALL
                SELECT 'name', place,
                       (SELECT string_agg(word, ' ' ORDER BY word)
                          FROM regexp_split_to_table(name, '[^[:alnum:]]+') AS word
                         WHERE word <> ALL(%(fillers)s)) || COALESCE(replace(zip, ' ', ''), ''), id, ''
                  FROM contacts WHERE zip <> '' OR place > 0)
            SELECT code, array_agg(id ORDER BY id), array_agg(COALESCE(name, '') ORDER BY id) FROM keys WHERE key IS NOT NULL
             GROUP BY code, place, key HAVING count(*) BETWEEN 2 AND %(crowd)s
             ORDER BY min(id), code
            """,
            name=name,
            company=company.id,
            few=SQL("TRUE") if partner_ids is None else SQL("c.partner_id = ANY(%s)", partner_ids),
            fillers=["", *FILLERS],
            crowd=CROWD,
        )
