import { Component, onWillStart, useState } from "@odoo/owl";

import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

// a form takes no page to open with
const HISTORY_TAB = ".o_form_view .o_notebook .nav-link[name=werthaltigkeit_history]";

/**
 * An incoming call: one caller opens with the history and the log of the call, several are a choice,
 * an unknown number becomes a new contact. Softphones come here by /crm/call?number=….
 */
export class CallAction extends Component {
    static template = "crm_werthaltigkeit.CallAction";
    static components = { Layout };
    static props = { ...standardActionServiceProps };
    static path = "incoming-call";
    static displayName = _t("Incoming Call");

    setup() {
        // not by useService: what follows the caller's form outlives this page
        Object.assign(this, { orm: this.env.services.orm, action: this.env.services.action });
        this.display = { controlPanel: {} };
        this.state = useState({ status: "", number: "", callers: [] });
        this.started = Date.now();
        onWillStart(async () => {
            const number = String(this.props.action.params?.number || "");
            const call = await this.orm.call("crm.touchpoint.call", "get_call", [number]);
            if (call.status === "found" && call.callers.length === 1) {
                return this.openCaller(call.callers[0]);
            }
            if (call.status === "none") {
                return this.openNew(call.number);
            }
            Object.assign(this.state, call);
        });
    }

    get problem() {
        return this.state.number
            ? _t(
                  "Nobody has the number %s, and it is no complete phone number.",
                  this.state.number
              )
            : _t(
                  "The telephone system passed on no phone number. The caller may have hidden it."
              );
    }

    detail(caller) {
        const parts = [caller.customer];
        if (caller.touchpoints) {
            parts.push(
                _t("last contact on %s", formatDate(deserializeDateTime(caller.last))).toString()
            );
        }
        return parts.filter(Boolean).join(" · ");
    }

    /** The history first, then the dialog over it: its clock runs since the call came in. */
    async openCaller(caller) {
        await this.action.doAction(
            {
                type: "ir.actions.act_window",
                res_model: caller.model,
                res_id: caller.id,
                views: [[false, "form"]],
            },
            { clearBreadcrumbs: true }
        );
        document.querySelector(HISTORY_TAB)?.click();
        const log = await this.orm.call("crm.touchpoint.call", "action_log", [
            caller.model,
            caller.id,
        ]);
        log.context = { ...log.context, call_started: this.started };
        await this.action.doAction(log, {
            onClose: () =>
                this.action.doAction({ type: "ir.actions.client", tag: "soft_reload" }),
        });
    }

    openNew(number) {
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: _t("New Contact").toString(),
                res_model: "res.partner",
                views: [[false, "form"]],
                context: { default_phone: number },
            },
            { clearBreadcrumbs: true }
        );
    }
}

registry.category("actions").add("crm_werthaltigkeit.call", CallAction);
