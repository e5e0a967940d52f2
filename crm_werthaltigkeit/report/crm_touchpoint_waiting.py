from odoo import fields, models
from odoo.tools import SQL


class CrmTouchpointWaiting(models.Model):
    """What waits for an answer: the last word is the customer's, and nobody has answered since."""

    _name = "crm.touchpoint.waiting"
    _description = "Waiting for an Answer"
    _auto = False
    _order = "date"
    _rec_name = "commercial_partner_id"

    touchpoint_id = fields.Many2one("crm.touchpoint", readonly=True)
    commercial_partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    partner_id = fields.Many2one("res.partner", "Contact", readonly=True)
    lead_id = fields.Many2one("crm.lead", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", "Our Person", readonly=True)
    kind_id = fields.Many2one("crm.touchpoint.kind", readonly=True)
    channel_id = fields.Many2one("crm.touchpoint.channel", readonly=True)
    date = fields.Datetime("Waiting Since", readonly=True)
    hours = fields.Float("Hours Waiting", readonly=True, aggregator="avg")
    summary = fields.Char(related="touchpoint_id.summary")

    _depends = {
        "crm.touchpoint": ["commercial_partner_id", "lead_id", "date", "direction", "kind_id"],
        "crm.touchpoint.kind": ["needs_answer"],
        "res.partner": ["user_id"],
        "crm.lead": ["user_id"],
    }

    @property
    def _table_query(self):
        """The latest inbound touchpoint that needs an answer, per customer (or lead), of the last 90 days."""
        return SQL("""
            SELECT DISTINCT ON (COALESCE(t.commercial_partner_id, -t.lead_id), t.company_id)
                   t.id, t.id AS touchpoint_id, t.commercial_partner_id, t.partner_id, t.lead_id, t.company_id,
                   COALESCE(lead.user_id, customer.user_id, t.user_id) AS user_id, t.kind_id, t.channel_id, t.date,
                   EXTRACT(EPOCH FROM (now() AT TIME ZONE 'UTC') - t.date) / 3600 AS hours
              FROM crm_touchpoint t
              JOIN crm_touchpoint_kind k ON k.id = t.kind_id AND k.needs_answer
         LEFT JOIN crm_lead lead ON lead.id = t.lead_id
         LEFT JOIN res_partner customer ON customer.id = t.commercial_partner_id
             WHERE t.direction = 'in' AND t.date >= (now() AT TIME ZONE 'UTC') - interval '90 days'
               AND COALESCE(t.commercial_partner_id, t.lead_id) IS NOT NULL
               AND NOT EXISTS (
                   SELECT FROM crm_touchpoint answer
                    WHERE answer.direction = 'out' AND answer.date >= t.date AND answer.id <> t.id
                      AND (answer.commercial_partner_id = t.commercial_partner_id OR answer.lead_id = t.lead_id))
             ORDER BY COALESCE(t.commercial_partner_id, -t.lead_id), t.company_id, t.date DESC, t.id DESC
        """)

    def action_open(self):
        self.ensure_one()
        return self.touchpoint_id.action_open_document()

    def action_answer(self):
        """Log the answer: the dialog opens with customer, lead and channel filled in."""
        self.ensure_one()
        return self.env["crm.touchpoint"].action_log_contact(
            {
                "default_partner_id": self.partner_id.id,
                "default_lead_id": self.lead_id.id,
                "default_channel_id": self.channel_id.id,
                "default_direction": "out",
            }
        )
