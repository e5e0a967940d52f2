import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { IntervalTrack } from "../interval_track/interval_track";

const ICONS = {
    works: "fa-check-circle text-success",
    harms: "fa-times-circle text-danger",
    open: "fa-question-circle text-muted",
    no_proof: "fa-exclamation-circle text-warning",
};

/** What a measure brought: both arms and their difference, each between its bounds, and what it means in words. */
export class MeasurePageField extends Component {
    static template = "crm_kundenbindung.MeasurePageField";
    static components = { IntervalTrack };
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get page() {
        return this.props.record.data[this.props.name] || null;
    }

    get icon() {
        return ICONS[this.page.verdict] || ICONS.open;
    }

    get level() {
        return new Intl.NumberFormat(user.lang, {
            style: "percent",
            maximumFractionDigits: 1,
        }).format(this.page.confidence);
    }

    count(value) {
        return new Intl.NumberFormat(user.lang).format(value);
    }

    /** The arms share a scale that begins at 0, or at what lies below. */
    get armScale() {
        const values = this.page.arms.flatMap((arm) =>
            arm.bounded ? [arm.low, arm.high] : [arm.value]
        );
        return { min: Math.min(0, ...values), max: Math.max(0, ...values) || 1 };
    }

    /** The difference has a scale of its own, with 0 in the middle. */
    get differenceScale() {
        const { low, high } = this.page.difference;
        const reach = Math.max(Math.abs(low), Math.abs(high)) || 1;
        return { min: -reach, max: reach };
    }

    label(row) {
        return row.interval
            ? _t("%(value)s, between %(interval)s", { value: row.text, interval: row.interval })
            : row.text;
    }

    async open(arm) {
        const method = arm.code === "control" ? "action_view_control" : "action_view_treated";
        return this.action.doAction(
            await this.orm.call("crm.measure", method, [[this.page.measure_id]])
        );
    }
}

export const measurePageField = {
    component: MeasurePageField,
    displayName: _t("Result of a measure"),
    supportedTypes: ["json"],
    isEmpty: () => false,
};

registry.category("fields").add("measure_page", measurePageField);
