import { Component, useRef } from "@odoo/owl";

import { cookie } from "@web/core/browser/cookie";
import { getColor, hexToRGBA } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { useChart } from "../chart/use_chart";

/** Predicted and actual purchases by tenths of the prediction; equal heights are a good model. */
export class ValueCalibrationField extends Component {
    static template = "crm_werthaltigkeit.ValueCalibrationField";
    static props = { ...standardFieldProps };

    setup() {
        this.canvas = useRef("canvas");
        useChart(
            this.canvas,
            () => this.config,
            () => [this.rows]
        );
    }

    /** @returns {[number, number, number][]} predicted, actual, customers; least predicted first */
    get rows() {
        return this.props.record.data[this.props.name] || [];
    }

    format(value) {
        return new Intl.NumberFormat(user.lang, { maximumFractionDigits: 2 }).format(value);
    }

    get config() {
        const color = getColor(0, cookie.get("color_scheme"), "sm");
        const text = getComputedStyle(this.canvas.el).color;
        const grid = getComputedStyle(this.canvas.el).borderTopColor;
        const axis = (title, ticks) => ({
            title: { display: true, text: title, color: text },
            ticks: { color: text, ...ticks },
            grid: { color: grid },
        });
        return {
            type: "bar",
            data: {
                labels: this.rows.map((row, index) => index + 1),
                datasets: [
                    {
                        label: _t("Predicted").toString(),
                        data: this.rows.map(([predicted]) => predicted),
                        backgroundColor: hexToRGBA(color, 0),
                        borderColor: color,
                        borderWidth: 2,
                    },
                    {
                        label: _t("Bought").toString(),
                        data: this.rows.map(([, actual]) => actual),
                        backgroundColor: color,
                        borderColor: color,
                        borderWidth: 2,
                    },
                ],
            },
            options: {
                animation: false,
                responsive: true,
                maintainAspectRatio: false,
                scales: {
                    x: axis(_t("Tenths of the customers, least expected first").toString()),
                    y: {
                        ...axis(_t("Purchases per customer").toString(), {
                            callback: (value) => this.format(value),
                        }),
                        beginAtZero: true,
                    },
                },
                plugins: {
                    legend: { position: "bottom", labels: { color: text } },
                    tooltip: {
                        callbacks: {
                            title: ([{ dataIndex }]) =>
                                _t("%s customers", this.rows[dataIndex][2]).toString(),
                            label: ({ dataset, raw }) => `${dataset.label}: ${this.format(raw)}`,
                        },
                    },
                },
            },
        };
    }
}

export const valueCalibrationField = {
    component: ValueCalibrationField,
    displayName: _t("Predicted against bought"),
    supportedTypes: ["json"],
    isEmpty: () => false,
};

registry.category("fields").add("value_calibration", valueCalibrationField);
