import { Component } from "@odoo/owl";

import { formatCurrency } from "@web/core/currency";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/core/utils/numbers";

import { getSmiley } from "../smiley/smiley";
import { formatMoment } from "./touchpoint_moment";

const ARROWS = { in: "fa-sign-in", out: "fa-sign-out", internal: "fa-exchange" };

/** One event of the history: when, what, with whom, and what it took or brought. */
export class TouchpointLine extends Component {
    static template = "crm_werthaltigkeit.TouchpointLine";
    static props = {
        line: Object,
        labels: Object,
        onOpen: Function,
        onAnnotate: Function,
    };

    get moment() {
        return deserializeDateTime(this.props.line.date);
    }

    get when() {
        return (this.props.line.approximate ? "≈ " : "") + formatMoment(this.moment);
    }

    get exactMoment() {
        const exact = formatDateTime(this.moment);
        return this.props.line.approximate
            ? _t("≈ %s: the exact moment was never recorded", exact)
            : exact;
    }

    get arrow() {
        return ARROWS[this.props.line.direction];
    }

    label(name) {
        return this.props.labels[name][this.props.line[name]] || "";
    }

    /** Channel, contact and reason, as far as known. */
    get details() {
        const { channel, contact, reason } = this.props.line;
        return [channel && channel.name, contact, reason].filter(Boolean).join(" · ");
    }

    get smiley() {
        return getSmiley(this.props.line.satisfaction);
    }

    get minutes() {
        const { minutes } = this.props.line;
        return minutes
            ? _t("%s min", formatFloat(minutes, { digits: [0, minutes < 1 ? 1 : 0] }))
            : "";
    }

    get amount() {
        const { amount, currency_id } = this.props.line;
        return amount ? formatCurrency(amount, currency_id) : "";
    }

    get cost() {
        const { cost, cost_currency_id } = this.props.line;
        return cost ? _t("Effort %s", formatCurrency(cost, cost_currency_id)) : "";
    }

    get annotateLabel() {
        return _t("Add satisfaction, minutes or a note: %(kind)s, %(moment)s", {
            kind: this.props.line.kind.name,
            moment: this.when,
        });
    }
}
