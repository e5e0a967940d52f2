from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rpc import as_dict, as_id

FACETS = {
    "kind": "kind_id",
    "channel": "channel_id",
    "year": "date:year_number",
    "direction": "direction",
    "stage": "stage",
    "satisfaction": "satisfaction",
}
LABELLED = ("direction", "stage", "satisfaction")


class CrmTouchpoint(models.Model):
    """What the timeline component shows of a history, in one call."""

    _inherit = "crm.touchpoint"

    @api.model
    @api.readonly
    def get_timeline(self, partner_id, filters=None, offset=0, limit=30, lead_id=False):
        """Return a page of the history of a customer, or of a lead that has no contact yet.

        :param partner_id: any contact of the customer; False to read the history of a lead
        :param filters: {"kind": id, "channel": id, "year": 2026, "direction": "in", "stage": "repeat",
            "satisfaction": "bad"}; a key that is missing does not filter, False means "without"
        :return: {"lines": [...], "count": lines that match, "count_all": without filters,
            "facets": {name: [{"value", "label", "icon", "count"}]}, "labels": {name: {value: label}}}.
            A facet's counts obey all other filters, not its own.
        """
        filters = {name: value or False for name, value in as_dict(self.env, filters).items() if name in FACETS}
        if not all(type(value) in (bool, int, str) and "\0" not in str(value) for value in filters.values()):
            raise UserError(self.env._("These filters are unknown."))
        base = self._timeline_domain(as_id(self.env, partner_id), as_id(self.env, lead_id))
        cube = [
            ((kind.id, channel.id, int(year), *labelled), count)
            for kind, channel, year, *labelled, count in self._read_group(base, list(FACETS.values()), ["__count"])
        ]
        counts = self._timeline_counts(cube, filters)
        domain = [*base, *((FACETS[name].replace(":", "."), "=", value) for name, value in filters.items())]
        touchpoints = self.search(domain, offset=as_id(self.env, offset) or 0, limit=as_id(self.env, limit) or 30)
        return {
            "lines": touchpoints._timeline_lines(),
            "count": counts.pop("count"),
            "count_all": sum(count for _key, count in cube),
            "facets": self._timeline_facets(counts),
            "labels": self._timeline_labels(),
        }

    def _timeline_domain(self, partner_id, lead_id):
        if partner_id:
            partner = self.env["res.partner"].browse(partner_id)
            partner.check_access("read")
            return [("commercial_partner_id", "=", partner.commercial_partner_id.id)]
        self.env["crm.lead"].browse(lead_id).check_access("read")
        return [("lead_id", "=", lead_id or 0)]

    def _timeline_counts(self, cube, filters):
        """Count per facet in one pass: a line that misses one filter only still counts for that facet."""
        names = list(FACETS)
        counts = {name: Counter({value: 0 for value in [filters.get(name)] if value}) for name in names}
        matching = 0
        for key, count in cube:
            misses = [
                name for name, value in zip(names, key, strict=True) if name in filters and filters[name] != value
            ]
            matching += 0 if misses else count
            if len(misses) < 2:
                for name, value in zip(names, key, strict=True):
                    if not misses or name == misses[0]:
                        counts[name][value] += count
        return {**counts, "count": matching}

    def _timeline_facets(self, counts):
        """Turn the counts into choices, in the order people know: configured, by year, or as listed."""
        labels = self._timeline_labels()
        facets = {
            "year": [
                {"value": year, "label": str(year), "count": counts["year"][year]}
                for year in sorted(counts["year"], reverse=True)
            ]
        }
        for name in LABELLED:
            facets[name] = [
                {"value": value, "label": label, "count": counts[name][value]}
                for value, label in labels[name].items()
                if value in counts[name]
            ]
        for name, model in (("kind", "crm.touchpoint.kind"), ("channel", "crm.touchpoint.channel")):
            records = self.env[model].browse(filter(None, counts[name])).exists()
            facets[name] = [
                {"value": record.id, "label": record.name, "icon": record.icon, "count": counts[name][record.id]}
                for record in records.sorted(lambda r: (r.sequence, r.id))
            ]
        facets["unrated"] = counts["satisfaction"][False]
        return facets

    def _timeline_labels(self):
        return {name: dict(self._fields[name]._description_selection(self.env)) for name in LABELLED}

    def _timeline_lines(self):
        """Return what the component draws of each touchpoint; names as everybody sees them."""
        editable = set(self._filtered_access("write").ids)
        return [
            {
                "id": touchpoint.id,
                "date": fields.Datetime.to_string(touchpoint.date),
                "approximate": touchpoint.approximate,
                "kind": touchpoint.kind_id._timeline_label(),
                "channel": touchpoint.channel_id._timeline_label(),
                "direction": touchpoint.direction,
                "stage": touchpoint.stage,
                "satisfaction": touchpoint.satisfaction,
                "contact": touchpoint._timeline_contact(),
                "user": touchpoint.user_id.sudo().name or "",
                "reason": touchpoint.reason_id.name or "",
                "summary": touchpoint.summary or "",
                "minutes": touchpoint.minutes,
                "cost": touchpoint.cost,
                "cost_currency_id": touchpoint.company_currency_id.id,
                "amount": touchpoint.amount,
                "currency_id": touchpoint.currency_id.id or touchpoint.company_currency_id.id,
                "automatic": touchpoint.automatic,
                "editable": touchpoint.id in editable,
            }
            for touchpoint in self
        ]

    def _timeline_contact(self):
        """The person, where it is not the company itself; a prospect's name where there is no contact."""
        touchpoint = self.sudo()
        if touchpoint.partner_id and touchpoint.partner_id != touchpoint.commercial_partner_id:
            return touchpoint.partner_id.name or touchpoint.partner_id.display_name
        return "" if touchpoint.partner_id else touchpoint.lead_id.contact_name or ""

    @api.model
    def action_log_call(self, partner_id=False, lead_id=False):
        """Open the dialog "Log contact" for a call that somebody of us makes right now."""
        phone = self.env.ref("crm_werthaltigkeit.touchpoint_channel_phone", raise_if_not_found=False)
        lead = self.env["crm.lead"].browse(as_id(self.env, lead_id))
        return self.action_log_contact(
            {
                "default_partner_id": as_id(self.env, partner_id) or lead.partner_id.id,
                "default_lead_id": lead.id,
                "default_channel_id": phone.id if phone and phone.active else False,
                "default_direction": "out",
            }
        )


class CrmTouchpointKind(models.Model):
    _inherit = "crm.touchpoint.kind"

    def _timeline_label(self):
        return {"id": self.id, "name": self.name, "icon": self.icon or "fa-circle-o"} if self else False


class CrmTouchpointChannel(models.Model):
    _inherit = "crm.touchpoint.channel"

    def _timeline_label(self):
        return {"id": self.id, "name": self.name, "icon": self.icon or ""} if self else False
