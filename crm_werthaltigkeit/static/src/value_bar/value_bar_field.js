import { Component } from "@odoo/owl";

import { formatCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** An amount with a bar that compares it with the other rows on the screen. */
export class ValueBarField extends Component {
    static template = "crm_werthaltigkeit.ValueBarField";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name] || 0;
    }

    get formatted() {
        return formatCurrency(this.value, this.props.record.data.currency_id?.id);
    }

    /** Percent of the largest amount shown; groups of a list hold their own records. */
    get width() {
        const { root } = this.props.record.model;
        const largest = Math.max(
            0,
            ...(root.records || []).map(({ data }) => Math.abs(data[this.props.name] || 0))
        );
        return largest ? (100 * Math.abs(this.value)) / largest : 0;
    }
}

export const valueBarField = {
    component: ValueBarField,
    displayName: _t("Amount with bar"),
    supportedTypes: ["monetary"],
    listViewWidth: 140,
};

registry.category("fields").add("value_bar", valueBarField);
