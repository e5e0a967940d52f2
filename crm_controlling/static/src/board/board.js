import { Component, onMounted, onWillStart, useState } from "@odoo/owl";

import { router } from "@web/core/browser/router";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { GoalCard } from "../goal_card/goal_card";

const FILTERS = ["company", "team", "group", "period"];

/** The board: goals, customers and measures on one page; one call, its filters in the URL. */
export class Board extends Component {
    static template = "crm_controlling.Board";
    static components = { GoalCard, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.display = { controlPanel: {} };
        this.state = useState({ data: null });
        this.open = this.open.bind(this);
        useSetupAction({ getLocalState: () => ({ filters: this.data.filters }) });
        onWillStart(() => this.start());
        onMounted(() => this.remember());
    }

    get data() {
        return this.state.data;
    }

    get empty() {
        const { goals, structure, measures } = this.data;
        return !goals.count && !structure.rows.length && !measures?.count;
    }

    /** A filter of an old link may be gone by now: the board is shown without filters then. */
    async start() {
        const wanted = this.props.state?.filters || this.fromUrl();
        try {
            await this.load(wanted);
        } catch (error) {
            if (!Object.keys(wanted).length) {
                throw error;
            }
            this.notification.add(error.data?.message || error.message, { type: "warning" });
            await this.load({});
        }
    }

    fromUrl() {
        return Object.fromEntries(
            FILTERS.filter((name) => router.current[name]).map((name) => [
                name,
                router.current[name],
            ])
        );
    }

    async load(filters) {
        this.state.data = await this.orm.call("crm.board", "get_board", [filters]);
    }

    /** Keep the filters in the URL; what is not filtered is not there. */
    remember() {
        const { period, ...records } = this.data.filters;
        const state = Object.fromEntries(
            Object.entries(records).map(([name, id]) => [name, id || undefined])
        );
        state.period = period === "year" ? undefined : period;
        this.props.updateActionState(state);
    }

    async filter(name, value) {
        const chosen = name === "period" ? value : Number(value) || false;
        const filters = { ...this.data.filters, [name]: chosen };
        if (name === "company") {
            filters.team = filters.group = false;
        }
        await this.load(filters);
        this.remember();
    }

    open(action) {
        return this.action.doAction(action.xml_id || action);
    }

    print() {
        window.print();
    }
}

registry.category("actions").add("crm_controlling.board", Board);
