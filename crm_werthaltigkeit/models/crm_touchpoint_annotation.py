from odoo import fields, models

ANNOTATION_FIELDS = ("satisfaction", "minutes", "note", "reason_id")


class CrmTouchpointAnnotation(models.Model):
    """What people added to an automatic touchpoint, keyed by its source so that no rebuild touches it."""

    _name = "crm.touchpoint.annotation"
    _description = "Annotation of an Automatic Touchpoint"

    source_id = fields.Many2one("crm.touchpoint.source", required=True, ondelete="cascade")
    record_id = fields.Integer(required=True)
    slot = fields.Integer(required=True, default=0)
    satisfaction = fields.Selection([("bad", "Unhappy"), ("neutral", "Neutral"), ("good", "Happy")])
    minutes = fields.Float()
    note = fields.Text()
    reason_id = fields.Many2one("crm.touchpoint.reason", ondelete="set null", index="btree_not_null")

    _key_uniq = models.Constraint(
        "UNIQUE(source_id, record_id, slot)", "There is an annotation of this touchpoint already."
    )

    def _annotate(self, touchpoints, vals):
        """Remember what somebody added to automatic touchpoints."""
        known = {
            (row.source_id.id, row.record_id, row.slot): row
            for row in self.search(
                [("source_id", "in", touchpoints.source_id.ids), ("record_id", "in", touchpoints.mapped("record_id"))]
            )
        }
        for touchpoint in touchpoints:
            key = (touchpoint.source_id.id, touchpoint.record_id, touchpoint.slot)
            if key in known:
                known[key].write(vals)
            else:
                self.create({"source_id": key[0], "record_id": key[1], "slot": key[2], **vals})
