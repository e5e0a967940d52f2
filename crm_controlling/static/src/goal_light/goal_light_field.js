import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

// shape and colour of each light; the word beside it says the same
const SHAPES = {
    green: "fa-circle text-success",
    yellow: "fa-exclamation-triangle text-warning",
    red: "fa-square text-danger",
    none: "fa-circle-o text-muted",
};

/** A traffic light: a shape of its own for each colour, and a word. */
export class GoalLightField extends Component {
    static template = "crm_controlling.GoalLightField";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name] || "none";
    }

    get shape() {
        return SHAPES[this.value];
    }

    get label() {
        const { selection } = this.props.record.fields[this.props.name];
        return selection.find(([value]) => value === this.value)?.[1] || "";
    }
}

export const goalLightField = {
    component: GoalLightField,
    displayName: _t("Traffic light"),
    supportedTypes: ["selection"],
    listViewWidth: 140,
};

registry.category("fields").add("goal_light", goalLightField);
