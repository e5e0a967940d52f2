import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** Whoever asked for a computation is told that it is done, with the way to its result. */
export const valuesDoneService = {
    dependencies: ["bus_service", "notification", "action"],
    start(env, { bus_service, notification, action }) {
        bus_service.subscribe("crm_werthaltigkeit.values_done", ({ message }) => {
            const close = notification.add(message, {
                type: "success",
                sticky: true,
                buttons: [
                    {
                        name: _t("Your customers on one page"),
                        primary: true,
                        onClick: () => {
                            close();
                            action.doAction("crm_werthaltigkeit.crm_value_overview_action");
                        },
                    },
                ],
            });
        });
        bus_service.start();
    },
};

registry.category("services").add("crm_werthaltigkeit.values_done", valuesDoneService);
