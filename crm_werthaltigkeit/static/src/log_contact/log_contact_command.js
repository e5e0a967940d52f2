import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";

const DEFAULT_FIELDS = { "res.partner": "default_partner_id", "crm.lead": "default_lead_id" };

/** Return the contact or lead that is open, as defaults of a new touchpoint. */
function defaultsFromScreen(action) {
    const { props, currentState } = action.currentController || {};
    const name = DEFAULT_FIELDS[props?.resModel];
    const resId = currentState?.resId;
    return name && resId ? { [name]: resId } : {};
}

/** Command palette: "Log contact", from wherever the user is. */
registry.category("command_provider").add("crm_werthaltigkeit.log_contact", {
    provide: async (env) => {
        if (!(await user.hasGroup("crm_werthaltigkeit.group_werthaltigkeit_user"))) {
            return [];
        }
        return [
            {
                name: _t("Log contact"),
                category: "default",
                action: async () => {
                    const { action, orm } = env.services;
                    const defaults = defaultsFromScreen(action);
                    action.doAction(
                        await orm.call("crm.touchpoint", "action_log_contact", [defaults])
                    );
                },
            },
        ];
    },
});
