import { Component, onWillUnmount, useState } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { FloatField, floatField } from "@web/views/fields/float/float_field";

import { runningMinutes } from "./call_clock";

/** Minutes of a contact: while a call runs a clock, which ends with saving, by hand, or with a typed number. */
export class CallMinutesField extends Component {
    static template = "crm_werthaltigkeit.CallMinutesField";
    static components = { FloatField };
    static props = { ...FloatField.props };
    static defaultProps = { ...FloatField.defaultProps };

    setup() {
        this.state = useState({ minutes: this.running });
        const timer = browser.setInterval(() => (this.state.minutes = this.running), 1000);
        onWillUnmount(() => browser.clearInterval(timer));
    }

    get running() {
        return runningMinutes(this.props.record);
    }

    get isRunning() {
        return this.state.minutes !== null && this.running !== null;
    }

    get clock() {
        const seconds = Math.floor(this.state.minutes * 60);
        return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }

    stop() {
        const minutes = Math.max(Math.round(this.running * 10) / 10, 0.1);
        return this.props.record.update({ [this.props.name]: minutes });
    }
}

registry.category("fields").add("call_minutes", {
    ...floatField,
    component: CallMinutesField,
    displayName: _t("Minutes of a call"),
});
