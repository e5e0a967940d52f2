import { status, useState } from "@odoo/owl";

import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { formPhoneField } from "@web/views/fields/phone/phone_field";

const MODELS = ["res.partner", "crm.lead"];
const GROUP = "crm_werthaltigkeit.group_werthaltigkeit_user";

/** Who calls from a contact or a lead logs the call at once: the number dials, the dialog waits. */
patch(formPhoneField.component.prototype, {
    setup() {
        super.setup();
        this.logContact = useState({ allowed: false });
        if (MODELS.includes(this.props.record.resModel)) {
            this.logContactServices = { action: useService("action"), orm: useService("orm") };
            user.hasGroup(GROUP).then((allowed) => (this.logContact.allowed = allowed));
        }
    },

    get canLogContact() {
        const { record, name } = this.props;
        return Boolean(this.logContact.allowed && record.resId && record.data[name]);
    },

    /** The link itself dials; its default is left alone. */
    onPhoneContentClick(ev) {
        if (this.canLogContact && ev.target.closest("a[href^='tel:']")) {
            this.openLogContact();
        }
    },

    async openLogContact() {
        const { record } = this.props;
        const { action, orm } = this.logContactServices;
        const isLead = record.resModel === "crm.lead";
        const request = await orm.call("crm.touchpoint", "action_log_call", [], {
            partner_id: isLead ? false : record.resId,
            lead_id: isLead ? record.resId : false,
        });
        await action.doAction(request, {
            onClose: async () => {
                if (status(this) !== "destroyed" && !(await record.isDirty())) {
                    await record.load();
                }
            },
        });
    },
});
