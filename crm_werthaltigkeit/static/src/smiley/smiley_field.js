import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { SMILEYS, getSmiley } from "./smiley";

/** The values bad, neutral and good as three buttons; a second press takes it back. */
export class SmileyField extends Component {
    static template = "crm_werthaltigkeit.SmileyField";
    static props = {
        ...standardFieldProps,
        autosave: { type: Boolean, optional: true },
        required: { type: Boolean, optional: true },
    };

    setup() {
        this.smileys = SMILEYS;
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    get smiley() {
        return getSmiley(this.value);
    }

    get groupLabel() {
        return this.props.record.fields[this.props.name].string;
    }

    buttonClass(smiley) {
        return this.value === smiley.value ? `active ${smiley.textClass}` : "";
    }

    async onClick(smiley) {
        const pressed = this.value === smiley.value;
        if (pressed && this.props.required) {
            return;
        }
        await this.props.record.update(
            { [this.props.name]: pressed ? false : smiley.value },
            { save: this.props.autosave }
        );
    }

    /** Arrow keys move between the smileys, as in any toolbar. */
    onKeydown(ev) {
        const step = { ArrowLeft: -1, ArrowRight: 1 }[ev.key];
        if (step) {
            const buttons = [...ev.currentTarget.querySelectorAll("button")];
            const next = buttons[buttons.indexOf(document.activeElement) + step];
            next?.focus();
            ev.preventDefault();
        }
    }
}

export const smileyField = {
    component: SmileyField,
    displayName: _t("Smileys"),
    supportedTypes: ["selection"],
    isEmpty: (record, fieldName) => !record.data[fieldName],
    extractProps: ({ viewType }, dynamicInfo) => ({
        autosave: viewType === "kanban",
        required: dynamicInfo.required,
        ...(viewType === "kanban" ? { readonly: dynamicInfo.readonly } : {}),
    }),
};

registry.category("fields").add("smiley", smileyField);
