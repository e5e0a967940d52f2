from odoo import api, fields, models
from odoo.tools import SQL


class CrmDataCareDistinct(models.Model):
    """Two contacts that look alike and of which a person said: not a duplicate. It stays said."""

    _name = "crm.data.care.distinct"
    _description = "Not a Duplicate"
    _order = "id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Contact", required=True, readonly=True, ondelete="cascade", index=True)
    other_id = fields.Many2one(
        "res.partner", "Other Contact", required=True, readonly=True, ondelete="cascade", index=True
    )
    create_uid = fields.Many2one("res.users", "Said By")
    create_date = fields.Datetime("Said On")

    _pair_uniq = models.Constraint("UNIQUE(partner_id, other_id)", "This is known already.")

    @api.model
    def _declare(self, partner_ids):
        """Remember that all of these are different from each other; what is known already stays."""
        ordered = sorted(set(partner_ids))
        pairs = [(one, other) for i, one in enumerate(ordered) for other in ordered[i + 1 :]]
        self.env.cr.execute(self._insert(pairs))
        self.invalidate_model()

    def _insert(self, pairs):
        return SQL(
            """
            INSERT INTO crm_data_care_distinct (partner_id, other_id, create_uid, create_date, write_uid, write_date)
            SELECT one, other, %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM unnest(%(ones)s::int[], %(others)s::int[]) AS pair (one, other)
       ON CONFLICT (partner_id, other_id) DO NOTHING
            """,
            uid=self.env.uid,
            ones=[one for one, _other in pairs],
            others=[other for _one, other in pairs],
        )

    @api.model
    def _pairs(self, partner_ids):
        """Return {(smaller id, greater id)} of the pairs among these contacts."""
        if not partner_ids:
            return set()
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id, other_id FROM crm_data_care_distinct WHERE partner_id = ANY(%(ids)s) AND other_id = ANY(%(ids)s)",
                ids=list(partner_ids),
            )
        )
        return set(rows)

    @api.model
    def _merge_partners(self, old_ids, new_id):
        """Let the kept contact inherit what was said about those that go; Odoo's merge would delete it."""
        pairs = self.search(["|", ("partner_id", "in", old_ids), ("other_id", "in", old_ids)])
        moved = {
            tuple(sorted(new_id if i in old_ids else i for i in (pair.partner_id.id, pair.other_id.id)))
            for pair in pairs
        }
        pairs.unlink()
        self.env.cr.execute(self._insert([pair for pair in sorted(moved) if pair[0] != pair[1]]))
        self.invalidate_model()
