import { Component, onWillStart, useState } from "@odoo/owl";

import { formatCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const STEPS = 5; // shades of the legend

/** Who came back how long after the first purchase: cohorts as a heat table, each cell opens its customers. */
export class CohortTable extends Component {
    static template = "crm_kundenbindung.CohortTable";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ data: null, measure: "part" });
        this.intervals = [
            ["quarter", _t("Quarters")],
            ["month", _t("Months")],
        ];
        this.measures = [
            ["part", _t("Customers (%)")],
            ["customers", _t("Customers")],
            ["revenue", _t("Revenue")],
            ["db1", _t("CM I")],
        ];
        onWillStart(() => this.load("quarter", false));
    }

    async load(interval, groupId) {
        this.state.data = await this.orm.call("crm.customer.month", "get_cohorts", [
            interval,
            groupId,
        ]);
    }

    get data() {
        return this.state.data;
    }

    get columns() {
        const last = Math.max(
            0,
            ...this.data.rows.flatMap((row) => row.cells.map(({ since }) => since))
        );
        return [...Array(last + 1).keys()];
    }

    cell(row, since) {
        return row.cells.find((cell) => cell.since === since);
    }

    /** The number of a cell: part of the cohort, or a sum; null where nothing is known. */
    value(row, cell) {
        if (this.state.measure === "part") {
            return row.size ? cell.customers / row.size : null;
        }
        return cell[this.state.measure];
    }

    /** Largest number on the screen beside the first column, which would drown the rest. */
    get largest() {
        const values = this.data.rows.flatMap((row) =>
            row.cells
                .filter(({ since }) => since > 0)
                .map((cell) => Math.abs(this.value(row, cell) || 0))
        );
        return Math.max(0, ...values);
    }

    style(row, cell) {
        const value = this.value(row, cell) || 0;
        const part = this.largest ? Math.min(1, Math.max(0, value) / this.largest) : 0;
        return `--o-heat: ${(0.04 + 0.5 * part).toFixed(2)}`;
    }

    get legend() {
        return [...Array(STEPS).keys()].map((step) => ({
            style: `--o-heat: ${(0.04 + (0.5 * step) / (STEPS - 1)).toFixed(2)}`,
            label: this.format((this.largest * step) / (STEPS - 1)),
        }));
    }

    format(value) {
        if (value === null || value === undefined) {
            return "–";
        }
        if (this.state.measure === "part") {
            return new Intl.NumberFormat(user.lang, { style: "percent" }).format(value);
        }
        if (this.state.measure === "customers") {
            return new Intl.NumberFormat(user.lang, { maximumFractionDigits: 0 }).format(value);
        }
        return formatCurrency(Math.round(value), this.data.currency_id, { digits: [16, 0] });
    }

    formatCount(count) {
        return new Intl.NumberFormat(user.lang).format(count);
    }

    heading(since) {
        return `+${since}`;
    }

    headingTitle(since) {
        return this.data.interval === "month"
            ? _t("%s months after the first purchase", since)
            : _t("%s quarters after the first purchase", since);
    }

    title(row, cell) {
        const text = _t("%(cohort)s, %(since)s: %(customers)s of %(size)s customers", {
            cohort: row.label,
            since: this.heading(cell.since),
            customers: this.formatCount(cell.customers),
            size: this.formatCount(row.size),
        });
        const running = _t("not over yet");
        return cell.running ? `${text} (${running})` : text;
    }

    get running() {
        return this.data.rows.some((row) => row.cells.some((cell) => cell.running));
    }

    open(row, cell) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: `${row.label} ${this.heading(cell.since)}`,
            res_model: "crm.customer.value",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: cell.domain,
        });
    }

    openFigures() {
        return this.action.doAction("crm_kundenbindung.crm_customer_month_action");
    }

    onInterval(interval) {
        return this.load(interval, this.data.group_id);
    }

    onGroup(ev) {
        return this.load(this.data.interval, parseInt(ev.target.value) || false);
    }
}

registry.category("actions").add("crm_kundenbindung.cohorts", CohortTable);
