import { Component, onMounted, onWillStart, useState } from "@odoo/owl";

import { router } from "@web/core/browser/router";
import { formatCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { PortfolioChart } from "./portfolio_chart";

const MANAGER = "crm_werthaltigkeit.group_werthaltigkeit_manager";
const FILTERS = ["team", "user", "class"];
const URL_PREFIX = "portfolio_";

/** What each customer brings today against what is expected, in four quadrants with words for what to do. */
export class ValuePortfolio extends Component {
    static template = "crm_werthaltigkeit.ValuePortfolio";
    static components = { Layout, PortfolioChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.display = { controlPanel: {} };
        this.quadrants = {
            pillars: {
                label: _t("Pillars"),
                advice: _t("Bring much and will go on: keep close, keep every promise."),
            },
            fading: {
                label: _t("Fading"),
                advice: _t("Brought much, less is expected: call them, ask what is missing."),
            },
            rising: {
                label: _t("Rising"),
                advice: _t("Bring little yet, much is expected: show them what else you do."),
            },
            small: {
                label: _t("Small"),
                advice: _t("Bring little and will go on so: serve them well, but simply."),
            },
        };
        this.state = useState({ data: null, filters: this.props.state?.filters || this.urlFilters() });
        useSetupAction({ getLocalState: () => ({ filters: { ...this.state.filters } }) });
        onWillStart(async () => {
            [this.canCompute] = await Promise.all([user.hasGroup(MANAGER), this.load()]);
        });
        onMounted(() => this.keepInUrl());
        for (const name of ["formatAmount", "describePoint", "openPoint"]) {
            this[name] = this[name].bind(this);
        }
    }

    // -- filters ----------------------------------------------------------------------------------

    urlFilters() {
        const filters = {};
        for (const name of FILTERS) {
            const value = router.current[URL_PREFIX + name];
            if (value) {
                filters[name] = name === "class" ? String(value) : Number(value);
            }
        }
        return filters;
    }

    keepInUrl() {
        this.props.updateActionState?.(
            Object.fromEntries(
                FILTERS.map((name) => [URL_PREFIX + name, this.state.filters[name] || undefined])
            )
        );
    }

    async setFilter(name, value) {
        if (value) {
            this.state.filters[name] = name === "class" ? value : Number(value);
        } else {
            delete this.state.filters[name];
        }
        this.keepInUrl();
        await this.load();
    }

    clearFilters() {
        this.state.filters = {};
        this.keepInUrl();
        return this.load();
    }

    get hasFilters() {
        return Boolean(Object.keys(this.state.filters).length);
    }

    get menus() {
        const { team, user: users } = this.data.choices;
        return [
            { name: "team", label: _t("Sales Team"), all: _t("All teams"), choices: team },
            { name: "user", label: _t("Salesperson"), all: _t("All salespeople"), choices: users },
            {
                name: "class",
                label: _t("Value Class"),
                all: _t("All classes"),
                choices: ["A", "B", "C"].map((id) => ({ id, name: _t("Class %s", id) })),
            },
        ].filter(({ choices }) => choices.length);
    }

    // -- data -------------------------------------------------------------------------------------

    async load() {
        this.state.data = await this.keepLast.add(
            this.orm.call("crm.value.portfolio", "get_portfolio", [{ ...this.state.filters }])
        );
    }

    get data() {
        return this.state.data;
    }

    get isMargin() {
        return this.data.measure === "margin";
    }

    get axes() {
        return this.isMargin
            ? [_t("CM II per year today").toString(), _t("CM II expected in 12 months").toString()]
            : [
                  _t("Revenue per year today").toString(),
                  _t("Revenue expected in 12 months").toString(),
              ];
    }

    get names() {
        return Object.fromEntries(
            Object.entries(this.quadrants).map(([name, { label }]) => [name, label.toString()])
        );
    }

    get sentence() {
        const { fading, pillars } = Object.fromEntries(
            this.data.quadrants.map((quadrant) => [quadrant.name, quadrant])
        );
        return _t("%(pillars)s customers carry the company, %(fading)s are fading.", {
            pillars: pillars.customers,
            fading: fading.customers,
        });
    }

    get limits() {
        const [now, next] = this.data.limits.map((limit) => this.formatAmount(limit));
        return _t(
            "The dashed lines are the averages of all customers: %(now)s a year today, %(next)s expected.",
            { now, next }
        );
    }

    get drawn() {
        const shown = this.data.quadrants.reduce((sum, { customers }) => sum + customers, 0);
        return shown > this.data.points.length
            ? _t(
                  "Drawn are the %(points)s customers with most revenue; counts and sums hold for all %(all)s.",
                  { points: this.data.points.length, all: shown }
              )
            : "";
    }

    leftOutLabel({ reason, customers }) {
        return reason === "costs"
            ? _t("%s customers with unknown costs", customers)
            : _t("%s customers with too little data", customers);
    }

    formatAmount(amount) {
        return formatCurrency(amount, this.data.currency_id, { digits: [16, 0] });
    }

    describePoint(point) {
        const parts = [
            point.name,
            _t("today %s", this.formatAmount(point.x)),
            _t("expected %s", this.formatAmount(point.y)),
        ];
        if (point.class) {
            parts.push(_t("class %s", point.class));
        }
        if (point.probability !== null) {
            const share = new Intl.NumberFormat(user.lang, {
                style: "percent",
                maximumFractionDigits: 0,
            }).format(point.probability);
            parts.push(_t("still buys: %s", share));
        }
        if (point.overdue) {
            parts.push(_t("%s days overdue", point.overdue));
        }
        return parts.map((part) => part.toString());
    }

    // -- every number opens its records ------------------------------------------------------------

    openPoint(point) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: point.partner_id,
            views: [[false, "form"]],
        });
    }

    openCustomers(name, domain) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: name.toString(),
            res_model: "crm.customer.value",
            views: [
                [false, "list"],
                [false, "kanban"],
                [false, "form"],
            ],
            domain,
        });
    }

    openQuadrant({ name, domain }) {
        return this.openCustomers(this.quadrants[name].label, domain);
    }

    openLeftOut(row) {
        return this.openCustomers(this.leftOutLabel(row), row.domain);
    }

    openCard() {
        return this.action.doAction("crm_werthaltigkeit.crm_value_model_action");
    }

    async compute() {
        const request = await this.orm.call("crm.customer.value", "action_recompute", [[]]);
        if (request) {
            await this.action.doAction(request);
        }
    }
}

registry.category("actions").add("crm_werthaltigkeit.portfolio", ValuePortfolio);
