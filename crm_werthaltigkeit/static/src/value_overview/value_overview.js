import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { ValueOverviewList } from "./value_overview_list";

const AGAIN_AFTER = 5000; // ms, as long as the first run is going on

/** Your customers on one page: one call, every number opens its records, prints on one page. */
export class ValueOverview extends Component {
    static template = "crm_werthaltigkeit.ValueOverview";
    static components = { Layout, ValueOverviewList };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ data: null });
        this.open = this.open.bind(this);
        onWillStart(() => this.load());
        onWillUnmount(() => browser.clearTimeout(this.timer));
    }

    get data() {
        return this.state.data;
    }

    async load() {
        this.state.data = await this.orm.call("crm.value.overview", "get_overview", []);
        if (!this.data.customers && this.data.run) {
            this.timer = browser.setTimeout(() => this.load(), AGAIN_AFTER);
        }
    }

    open(action) {
        return this.action.doAction(action.xml_id || action);
    }

    async compute() {
        const request = await this.orm.call("crm.customer.value", "action_recompute", [[]]);
        await this.action.doAction(request);
        await this.load();
    }

    print() {
        return this.action.doAction("crm_werthaltigkeit.report_value_overview_action", {
            additionalContext: { active_ids: [this.data.company_id] },
        });
    }
}

registry.category("actions").add("crm_werthaltigkeit.value_overview", ValueOverview);
