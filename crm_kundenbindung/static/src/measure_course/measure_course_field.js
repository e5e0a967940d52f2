import { Component, useRef } from "@odoo/owl";

import { cookie } from "@web/core/browser/cookie";
import { getColor, hexToRGBA } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { useChart } from "@crm_werthaltigkeit/chart/use_chart";

const { DateTime } = luxon;

/** The same colour, nearly transparent, of rgb(…) as browsers give it. */
function faint(color) {
    const [red, green, blue] = color.match(/[\d.]+/g);
    return `rgba(${red}, ${green}, ${blue}, 0.12)`;
}

/** How the outcome of both arms added up from start to end, each with a band that the true value lies in. */
export class MeasureCourseField extends Component {
    static template = "crm_kundenbindung.MeasureCourseField";
    static props = { ...standardFieldProps };

    setup() {
        this.canvas = useRef("canvas");
        useChart(
            this.canvas,
            () => this.config,
            () => [this.course]
        );
    }

    /** @returns {{dates: string[], treated: number[], treated_low: number[], …} | null} */
    get course() {
        return this.props.record.data[this.props.name] || null;
    }

    get isRate() {
        return this.props.record.data.target === "repurchase";
    }

    get title() {
        if (this.props.record.data.target === "satisfaction") {
            return _t("Mean so far, 0 to 100").toString();
        }
        return this.isRate
            ? _t("Came again so far").toString()
            : _t("Per customer so far").toString();
    }

    /** The end of each step: a date, or the day since each customer entered. */
    get dates() {
        if (this.course.days) {
            return this.course.days.map((day) => _t("Day %s", day).toString());
        }
        return this.course.dates.map((date) => DateTime.fromISO(date).toLocaleString({ day: "numeric", month: "short" }));
    }

    format(value) {
        if (value === null) {
            return "–";
        }
        return new Intl.NumberFormat(user.lang, {
            style: this.isRate ? "percent" : "decimal",
            maximumFractionDigits: this.isRate ? 0 : 2,
        }).format(value);
    }

    between(arm, index) {
        if (this.course[arm][index] === null) {
            return "";
        }
        const low = this.format(this.course[`${arm}_low`][index]);
        const high = this.format(this.course[`${arm}_high`][index]);
        return `${low} … ${high}`;
    }

    /** The line of an arm, and the two edges its band is filled between. */
    arm(arm, label, color, dash, style) {
        const edge = (bound, fill) => ({
            data: this.course[`${arm}_${bound}`],
            borderWidth: 0,
            pointRadius: 0,
            pointHitRadius: 0,
            backgroundColor: color.startsWith("#") ? hexToRGBA(color, 0.15) : faint(color),
            fill,
            edge: true,
        });
        const line = {
            label,
            data: this.course[arm],
            borderColor: color,
            backgroundColor: color,
            borderWidth: 3,
            borderDash: dash,
            pointStyle: style,
            pointRadius: ({ dataIndex }) => (dataIndex === this.course[arm].length - 1 ? 5 : 0),
            pointHitRadius: 10,
            fill: false,
            arm,
        };
        return [edge("low", false), edge("high", "-1"), line];
    }

    get config() {
        const scheme = cookie.get("color_scheme");
        const text = getComputedStyle(this.canvas.el).color;
        const grid = getComputedStyle(this.canvas.el).borderTopColor;
        return {
            type: "line",
            data: {
                labels: this.dates,
                datasets: [
                    ...this.arm("control", _t("control group").toString(), text, [6, 4], "rect"),
                    ...this.arm("treated", _t("treated customers").toString(), getColor(0, scheme, "sm"), [], "circle"),
                ],
            },
            options: {
                animation: false,
                responsive: true,
                maintainAspectRatio: false,
                interaction: { mode: "index", intersect: false },
                scales: {
                    x: { ticks: { color: text, maxTicksLimit: 6, maxRotation: 0, autoSkipPadding: 12 }, grid: { display: false } },
                    y: {
                        beginAtZero: true,
                        title: { display: true, text: this.title, color: text },
                        ticks: { color: text, callback: (value) => this.format(value) },
                        grid: { color: grid },
                    },
                },
                plugins: {
                    legend: {
                        position: "bottom",
                        labels: {
                            color: text,
                            usePointStyle: true,
                            filter: ({ datasetIndex }, { datasets }) => !datasets[datasetIndex].edge,
                        },
                    },
                    tooltip: {
                        filter: ({ dataset }) => !dataset.edge,
                        callbacks: {
                            label: ({ dataset, raw, dataIndex }) =>
                                `${dataset.label}: ${this.format(raw)} [${this.between(dataset.arm, dataIndex)}]`,
                        },
                    },
                },
            },
        };
    }
}

export const measureCourseField = {
    component: MeasureCourseField,
    displayName: _t("Course of both arms"),
    supportedTypes: ["json"],
    fieldDependencies: [{ name: "target", type: "selection" }],
    isEmpty: () => false,
};

registry.category("fields").add("measure_course", measureCourseField);
