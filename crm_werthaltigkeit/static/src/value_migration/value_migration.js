import { Component, onWillStart, useState } from "@odoo/owl";

import { formatCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const FROM = ["A", "B", "C", "none", "new"];
const TO = ["A", "B", "C", "none"];

/** Who moved from which value class to which between two month ends, as a heat table. */
export class ValueMigration extends Component {
    static template = "crm_werthaltigkeit.ValueMigration";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ data: null, measure: "customers" });
        this.measures = [
            ["customers", _t("Customers")],
            ["revenue", _t("Revenue")],
            ["db1", _t("CM I")],
        ];
        onWillStart(() => this.load());
    }

    async load(monthFrom = null, monthTo = null) {
        this.state.data = await this.orm.call("crm.value.migration", "get_matrix", [
            monthFrom,
            monthTo,
        ]);
    }

    get data() {
        return this.state.data;
    }

    get rows() {
        return FROM.filter((name) => this.data.cells.some((cell) => cell.from === name));
    }

    get columns() {
        return TO.filter((name) => this.data.cells.some((cell) => cell.to === name));
    }

    get laterMonths() {
        return this.data.months.slice(1);
    }

    get earlierMonths() {
        return this.data.months.filter(({ value }) => value < this.data.month_to);
    }

    get reconstructed() {
        const shown = [this.data.month_from, this.data.month_to];
        return this.data.months.some((month) => month.reconstructed && shown.includes(month.value));
    }

    cell(from, to) {
        return this.data.cells.find((cell) => cell.from === from && cell.to === to);
    }

    /** Sum of the chosen measure over the cells that pass; for a margin nobody knows, null. */
    sum(passes, measure = this.state.measure) {
        const known = this.data.cells.filter((cell) => passes(cell) && cell[measure] !== null);
        return known.length ? known.reduce((total, cell) => total + cell[measure], 0) : null;
    }

    rowSum(from) {
        return this.sum((cell) => cell.from === from);
    }

    columnSum(to) {
        return this.sum((cell) => cell.to === to);
    }

    rank(name) {
        return FROM.indexOf(name);
    }

    isClass(name) {
        return ["A", "B", "C"].includes(name);
    }

    /** "up", "down" or "": a move within A, B and C. */
    direction(from, to) {
        if (!this.isClass(from) || !this.isClass(to) || from === to) {
            return "";
        }
        return this.rank(to) < this.rank(from) ? "up" : "down";
    }

    directionLabel(from, to) {
        return this.direction(from, to) === "up" ? _t("better") : _t("worse");
    }

    get sentence() {
        const count = (direction) =>
            this.sum((cell) => this.direction(cell.from, cell.to) === direction, "customers") || 0;
        return _t("%(up)s customers rose, %(down)s fell, %(new)s are new.", {
            up: this.formatCount(count("up")),
            down: this.formatCount(count("down")),
            new: this.formatCount(this.sum((cell) => cell.from === "new", "customers") || 0),
        });
    }

    /** Strength of the cell's background: its part of the row. */
    style(cell) {
        const total = this.sum(({ from }) => from === cell.from, "customers");
        const part = total ? cell.customers / total : 0;
        return `--o-heat: ${(0.05 + 0.45 * part).toFixed(2)}`;
    }

    part(cell) {
        const total = this.sum(({ from }) => from === cell.from, "customers");
        return new Intl.NumberFormat(user.lang, { style: "percent" }).format(
            total ? cell.customers / total : 0
        );
    }

    formatCount(count) {
        return new Intl.NumberFormat(user.lang).format(count);
    }

    format(value) {
        if (value === null || value === undefined) {
            return "–";
        }
        return this.state.measure === "customers"
            ? this.formatCount(value)
            : formatCurrency(Math.round(value), this.data.currency_id, { digits: [16, 0] });
    }

    label(name) {
        return { none: _t("Without a class"), new: _t("New customer") }[name] || _t("Class %s", name);
    }

    title(cell) {
        return `${this.label(cell.from)} → ${this.label(cell.to)}`;
    }

    open(cell) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: this.title(cell),
            res_model: "crm.customer.value",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: cell.domain,
        });
    }

    openStructure() {
        return this.action.doAction("crm_werthaltigkeit.crm_value_migration_action");
    }

    onFrom(ev) {
        return this.load(ev.target.value, this.data.month_to);
    }

    onTo(ev) {
        return this.load(this.data.month_from, ev.target.value);
    }
}

registry.category("actions").add("crm_werthaltigkeit.migration", ValueMigration);
