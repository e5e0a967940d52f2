import { Component, onWillStart, useState } from "@odoo/owl";

import { formatCurrency } from "@web/core/currency";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { ConcentrationChart } from "./concentration_chart";

const MANAGER = "crm_werthaltigkeit.group_werthaltigkeit_manager";

/** How much of the result hangs on few customers: a sentence, the curve, the classes behind it. */
export class ConcentrationCurve extends Component {
    static template = "crm_werthaltigkeit.ConcentrationCurve";
    static components = { Layout, ConcentrationChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ data: null });
        this.formatShare = this.formatShare.bind(this);
        onWillStart(async () => {
            [this.canCompute] = await Promise.all([user.hasGroup(MANAGER), this.load()]);
        });
    }

    async load() {
        this.state.data = await this.orm.call("crm.customer.value", "get_concentration", []);
    }

    get data() {
        return this.state.data;
    }

    get isMargin() {
        return this.data.basis === "db1";
    }

    get valueLabel() {
        return (
            this.isMargin ? _t("Share of contribution margin I") : _t("Share of revenue")
        ).toString();
    }

    get sentence() {
        const { few, customers, part } = this.data;
        const values = { share: this.formatShare(few / customers), part: this.formatShare(part) };
        if (!few) {
            return this.isMargin
                ? _t("No customer brings a positive contribution margin.")
                : _t("No customer brings revenue.");
        }
        return this.isMargin
            ? _t("%(share)s of the customers bring %(part)s of the contribution margin.", values)
            : _t("%(share)s of the customers bring %(part)s of the revenue.", values);
    }

    /** Which figure, from which documents, over which time: nobody has to guess. */
    get basis() {
        const { basis_label, source_label, period_label, company } = this.data;
        return [basis_label, source_label, period_label, company].join(" · ");
    }

    get computedOn() {
        const { computed_on } = this.data;
        return computed_on
            ? _t(
                  "Computed on %s",
                  formatDateTime(deserializeDateTime(computed_on), { showSeconds: false })
              )
            : "";
    }

    /** Percent as the user's language writes it; below 10 % with a decimal. */
    formatShare(share) {
        const maximumFractionDigits = share && Math.abs(share) < 0.1 ? 1 : 0;
        return new Intl.NumberFormat(user.lang, { style: "percent", maximumFractionDigits }).format(
            share
        );
    }

    formatValue(value) {
        return formatCurrency(value, this.data.currency_id);
    }

    classLabel(row) {
        return row.name ? _t("Class %s", row.name) : _t("Without a class");
    }

    countLabel(count) {
        return count === 1 ? _t("1 customer") : _t("%s customers", count);
    }

    openCustomers(name, domain) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: name.toString(),
            res_model: "crm.customer.value",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain,
        });
    }

    openAll() {
        return this.openCustomers(_t("Customer Values"), this.data.domain);
    }

    openClass(row) {
        return this.openCustomers(this.classLabel(row), row.domain);
    }

    openLosses() {
        return this.openCustomers(_t("Customers at a loss"), this.data.losses.domain);
    }

    openManual() {
        return this.openCustomers(_t("Classes set by hand"), this.data.manual.domain);
    }

    async compute() {
        const request = await this.orm.call("crm.customer.value", "action_recompute", [[]]);
        if (request) {
            await this.action.doAction(request);
        }
    }
}

registry.category("actions").add("crm_werthaltigkeit.concentration", ConcentrationCurve);
