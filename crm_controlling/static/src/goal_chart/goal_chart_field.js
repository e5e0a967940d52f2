import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { GoalChart } from "./goal_chart";

/** The chart of a goal, from its field of the type Json. */
export class GoalChartField extends Component {
    static template = "crm_controlling.GoalChartField";
    static components = { GoalChart };
    static props = { ...standardFieldProps, small: { type: Boolean, optional: true } };

    get chart() {
        const { points = [], plan = [], fan = [] } = this.props.record.data[this.props.name] || {};
        return { points, plan, fan };
    }
}

export const goalChartField = {
    component: GoalChartField,
    displayName: _t("Plan, actual and forecast"),
    supportedTypes: ["json"],
    supportedOptions: [{ label: _t("Small"), name: "small", type: "boolean" }],
    extractProps: ({ options }) => ({ small: Boolean(options.small) }),
};

registry.category("fields").add("goal_chart", goalChartField);
