import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

export const PILLS = { A: "text-bg-primary", B: "text-bg-info", C: "text-bg-light border" };
export const TRENDS = {
    up: { icon: "fa-arrow-up", textClass: "text-success", label: _t("better than before") },
    down: { icon: "fa-arrow-down", textClass: "text-danger", label: _t("worse than before") },
};
const TREND_FIELDS = ["trend", "werthaltigkeit_trend"];
const MANUAL_FIELD = "value_class_manual";

/** Value class as a pill; an arrow says where it moved, a hand that somebody set it. */
export class ValueClassField extends Component {
    static template = "crm_werthaltigkeit.ValueClassField";
    static props = {
        ...standardFieldProps,
        trendField: { type: String, optional: true },
        manualField: { type: String, optional: true },
    };

    get value() {
        return this.props.record.data[this.props.name] || "";
    }

    get pillClass() {
        return PILLS[this.value] || "text-bg-light border";
    }

    get title() {
        return this.value ? _t("Value class %s", this.value) : _t("No value class yet");
    }

    get trend() {
        const { data } = this.props.record;
        const name = this.props.trendField || TREND_FIELDS.find((field) => field in data);
        return TRENDS[data[name]];
    }

    get isManual() {
        return Boolean(
            this.value && this.props.record.data[this.props.manualField || MANUAL_FIELD]
        );
    }

    get manualLabel() {
        return _t("set by hand");
    }
}

export const valueClassField = {
    component: ValueClassField,
    displayName: _t("Value class"),
    supportedTypes: ["selection"],
    supportedOptions: [
        {
            label: _t("Trend field"),
            name: "trend_field",
            type: "field",
            availableTypes: ["selection"],
        },
        {
            label: _t("Manual class field"),
            name: "manual_field",
            type: "field",
            availableTypes: ["selection", "boolean"],
        },
    ],
    isEmpty: (record, fieldName) => !record.data[fieldName],
    listViewWidth: 90,
    fieldDependencies: ({ options }) =>
        [options.trend_field, options.manual_field]
            .filter(Boolean)
            .map((name) => ({ name, type: "selection", readonly: true })),
    extractProps: ({ options }) => ({
        trendField: options.trend_field,
        manualField: options.manual_field,
    }),
};

registry.category("fields").add("value_class", valueClassField);
