import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

import { runningMinutes } from "../call/call_clock";

/**
 * The dialog "Log contact". A form saves a valid new record when its page is left; here the defaults
 * alone are valid, and reloading the page must not log a contact that nobody had.
 */
export class LogContactFormController extends FormController {
    /** A call that is still running ends with saving: its clock becomes the minutes. */
    async onWillSaveRecord(record, changes) {
        const minutes = runningMinutes(record);
        if (minutes !== null) {
            changes.minutes = Math.max(Math.round(minutes * 10) / 10, 0.1);
        }
        return super.onWillSaveRecord(record, changes);
    }

    async beforeUnload(ev) {
        if (await this.model.root.isDirty()) {
            return super.beforeUnload(ev);
        }
    }
}

registry.category("views").add("log_contact_form", { ...formView, Controller: LogContactFormController });
