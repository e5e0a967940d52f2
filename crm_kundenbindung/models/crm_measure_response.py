from odoo import api, fields, models

WAYS = [("phone", "Phone or in person"), ("link", "Link"), ("code", "Code"), ("other", "Other")]


class CrmMeasureResponse(models.Model):
    """A treated customer responded to a measure: a touchpoint of its own, except for codes, whose use is one already."""

    _name = "crm.measure.response"
    _description = "Response to a Measure"
    _order = "date desc, id desc"
    _rec_name = "measure_id"

    measure_id = fields.Many2one("crm.measure", required=True, readonly=True, ondelete="cascade", index=True)
    participant_id = fields.Many2one("crm.measure.participant", required=True, readonly=True, ondelete="cascade", index=True)  # fmt: skip
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null", index="btree_not_null")
    way = fields.Selection(WAYS, "Responded By", required=True, readonly=True)
    channel_id = fields.Many2one("crm.touchpoint.channel", readonly=True, ondelete="set null")
    date = fields.Datetime("Moment", required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", "Noted By", readonly=True, ondelete="set null")
    order_id = fields.Many2one("sale.order", readonly=True, ondelete="set null", index="btree_not_null")
    touchpoint_id = fields.Many2one(
        "crm.touchpoint",
        "Logged Contact",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The contact in which they responded, where one was logged by hand: it is the response in the history.",
    )

    _way_uniq = models.UniqueIndex("(participant_id, way, COALESCE(order_id, 0))", "This response is noted already.")

    @api.private
    def _log(self, participants, way, user=None, touchpoints=None):
        """Note a response of each of these participants; one way of responding counts once.

        :param touchpoints: {participant: contact logged by hand in which they responded}
        """
        touchpoints = touchpoints or {}
        fresh = participants.filtered(lambda row: row.partner_id and way not in row.sudo().response_ids.mapped("way"))
        channel = self.env.ref(
            f"crm_werthaltigkeit.touchpoint_channel_{'web' if way == 'link' else 'phone'}", raise_if_not_found=False
        )
        vals_list = []
        for row in fresh:
            vals = {
                "measure_id": row.measure_id.id,
                "participant_id": row.id,
                "company_id": row.company_id.id,
                "partner_id": row.partner_id.id,
                "way": way,
                "channel_id": channel.id if channel else False,
                "user_id": (user or self.env.user).id if way != "link" else False,
            }
            if contact := touchpoints.get(row):
                vals |= {
                    "touchpoint_id": contact.id,
                    "channel_id": contact.channel_id.id,
                    "date": contact.date,
                    "user_id": contact.user_id.id,
                }
            vals_list.append(vals)
        responses = self.sudo().create(vals_list)
        for company, rows in fresh.grouped("company_id").items():
            today = company.sudo()._werthaltigkeit_today()
            for row in rows.sudo():
                day = touchpoints[row]._day_of_company() if row in touchpoints else today
                if not row.responded_on or row.responded_on > day:
                    row._internal().responded_on = day
        return responses

    def action_view_customer(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()
