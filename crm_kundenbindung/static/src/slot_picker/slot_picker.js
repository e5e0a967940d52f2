import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Free times by day, one of them to choose; what was chosen goes into another field of the record. */
export class SlotPicker extends Component {
    static template = "crm_kundenbindung.SlotPicker";
    static props = { ...standardFieldProps, target: { type: String } };

    get days() {
        return this.props.record.data[this.props.name] || [];
    }

    get chosen() {
        return this.props.record.data[this.props.target];
    }

    choose(start) {
        this.props.record.update({ [this.props.target]: start });
    }
}

registry.category("fields").add("slot_picker", {
    component: SlotPicker,
    displayName: _t("Free Times"),
    supportedTypes: ["json"],
    extractProps: ({ options }) => ({ target: options.target }),
});
