from collections import defaultdict

from odoo import api, fields, models

from ..stats import abc


class CrmCustomerValue(models.Model):
    """How much of the result hangs on few customers, in one call."""

    _inherit = "crm.customer.value"

    @api.model
    @api.readonly
    def get_concentration(self):
        """Return curve, classes and wording of the concentration in the current company's root.

        Shares of value are parts of the sum of all positive values, as in the value list; customers
        at a loss make the curve fall at its end. Each number comes with the domain that opens it.

        :return: {"customers": 0} and the company, when no customer has a value yet; else also
            "points" [[share of customers, share of value]], "bands" [{"name", "start", "end"}],
            "classes" [{"name", "customers", "customer_share", "value", "value_share", "domain"}],
            "few": how many customers bring "part" of the value, "losses" and "manual"
        """
        company = self.env.company.sudo().root_id
        domain = self._concentration_domain(company)
        groups = self._read_group(
            domain, ["value_class", "value_class_manual", "rank_basis"], ["rank_value:array_agg", "computed_on:max"]
        )
        by_class, manual, basis, computed_on = defaultdict(list), 0, "revenue", False
        for value_class, value_class_manual, rank_basis, group, computed in groups:
            by_class[value_class or ""].extend(float(value or 0.0) for value in group)
            manual += len(group) if value_class_manual else 0
            basis, computed_on = rank_basis or basis, max(filter(None, (computed_on, computed)), default=False)
        values = [value for group in by_class.values() for value in group]
        return {
            **self._concentration_head(company, basis, computed_on),
            "customers": len(values),
            "domain": domain,
            **(self._concentration_figures(company, domain, values, by_class) if values else {}),
            "manual": {"customers": manual, "domain": [*domain, ("value_class_manual", "!=", False)]},
        }

    def _concentration_domain(self, company):
        """Customers with a result in the period; those who objected to profiling count, without a class."""
        return [
            ("company_id", "=", company.id),
            ("anonymous", "=", False),
            "|",
            ("value_class", "!=", False),
            ("rank_value", "!=", 0),
        ]

    def _concentration_head(self, company, basis, computed_on):
        def label(record, name, value):
            return dict(record._fields[name]._description_selection(self.env)).get(value, "")

        return {
            "company": company.name,
            "currency_id": company.currency_id.id,
            "basis": basis,
            "basis_label": label(self, "rank_basis", basis),
            "source_label": label(company, "werthaltigkeit_basis", company.werthaltigkeit_basis),
            "period_label": label(company, "werthaltigkeit_period", company.werthaltigkeit_period),
            "computed_on": computed_on and fields.Datetime.to_string(computed_on),
        }

    def _concentration_figures(self, company, domain, values, by_class):
        total = sum(value for value in values if value > 0)
        limits = (company.werthaltigkeit_limit_a / 100, company.werthaltigkeit_limit_b / 100)
        losses = [value for value in values if value < 0]
        return {
            "total": sum(values),
            "part": limits[0],
            "few": abc.customers_for(values, limits[0]),
            "points": abc.lorenz(values),
            "bands": self._concentration_bands(abc.classify(values, limits).classes),
            "classes": [
                {
                    "name": name,
                    "customers": len(by_class[name]),
                    "customer_share": len(by_class[name]) / len(values),
                    "value": sum(by_class[name]),
                    "value_share": sum(by_class[name]) / total if total else 0.0,
                    "domain": [*domain, ("value_class", "=", name or False)],
                }
                for name in sorted(by_class, key=lambda name: name or "~")
            ],
            "losses": {"customers": len(losses), "value": sum(losses), "domain": [*domain, ("rank_value", "<", 0)]},
        }

    def _concentration_bands(self, classes):
        """Turn the computed classes into stretches of the axis of customers, best first."""
        bands, start = [], 0
        for name in ("A", "B", "C"):
            end = start + classes.count(name)
            if end > start:
                bands.append({"name": name, "start": start / len(classes), "end": end / len(classes)})
            start = end
        return bands
