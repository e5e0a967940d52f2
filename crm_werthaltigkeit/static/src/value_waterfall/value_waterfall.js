import { Component, status, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { PILLS, TRENDS } from "../value_class/value_class_field";
import { ValueOutlook } from "./value_outlook";
import { WaterfallBars } from "./waterfall_bars";

const MODEL = "crm.customer.value";

/**
 * Why this value: the parts of the margins as a waterfall, and what may be expected.
 * Everything comes with one call, when the tab is opened.
 */
export class ValueWaterfall extends Component {
    static template = "crm_werthaltigkeit.ValueWaterfall";
    static components = { ValueOutlook, WaterfallBars };
    static props = {
        ...standardWidgetProps,
        id: { type: String, optional: true },
        name: { type: String, optional: true },
        valueField: { type: String, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ data: null });
        this.open = this.open.bind(this);
        useRecordObserver((record) => {
            const valueId = this.valueIdOf(record);
            if (valueId !== this.valueId) {
                this.valueId = valueId;
                return this.load();
            }
        });
    }

    valueIdOf(record) {
        const { valueField } = this.props;
        return (valueField ? record.data[valueField]?.id : record.resId) || false;
    }

    async load() {
        this.state.data = this.valueId
            ? await this.keepLast.add(this.orm.call(MODEL, "get_waterfall", [[this.valueId]]))
            : null;
    }

    get data() {
        return this.state.data;
    }

    /** On a contact class and RFM stand above; the form of the value shows them itself. */
    get hasHeader() {
        return Boolean(this.props.valueField);
    }

    get pill() {
        return PILLS[this.data.class.value];
    }

    get trend() {
        return TRENDS[this.data.class.trend];
    }

    get override() {
        const { computed, user, date, reason } = this.data.class;
        return _t("Computed: %(computed)s. Set by %(user)s on %(date)s: %(reason)s", {
            computed,
            user,
            date,
            reason,
        });
    }

    /** Open what stands behind a figure; a method that changes something is followed by fresh figures. */
    async open(method) {
        const action = await this.orm.call(MODEL, method, [[this.valueId]]);
        if (action) {
            await this.action.doAction(action, {
                onClose: () => status(this) !== "destroyed" && this.load(),
            });
        }
        if (action?.type === "ir.actions.client" && status(this) !== "destroyed") {
            await this.load();
        }
    }

    openValue() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: MODEL,
            res_id: this.valueId,
            views: [[false, "form"]],
        });
    }
}

export const valueWaterfall = {
    component: ValueWaterfall,
    extractProps: ({ options }) => ({ valueField: options.value_field }),
};

registry.category("view_widgets").add("value_waterfall", valueWaterfall);
