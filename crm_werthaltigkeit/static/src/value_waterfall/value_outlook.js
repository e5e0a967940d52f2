import { Component } from "@odoo/owl";

import { formatCurrency } from "@web/core/currency";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { user } from "@web/core/user";

/** What may be expected of a customer: each figure with the method behind it, in words. */
export class ValueOutlook extends Component {
    static template = "crm_werthaltigkeit.ValueOutlook";
    static props = {
        expectation: Object,
        currencyId: Number,
        onOpen: Function,
    };

    format({ type, value }) {
        switch (type) {
            case "share":
                return new Intl.NumberFormat(user.lang, {
                    style: "percent",
                    maximumFractionDigits: 0,
                }).format(value);
            case "number":
                return new Intl.NumberFormat(user.lang, { maximumFractionDigits: 1 }).format(value);
            case "date":
                return formatDate(deserializeDate(value));
            default:
                return formatCurrency(value, this.props.currencyId);
        }
    }
}
