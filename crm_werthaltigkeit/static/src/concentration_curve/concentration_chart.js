import { Component, useRef } from "@odoo/owl";

import { cookie } from "@web/core/browser/cookie";
import { getColor, hexToRGBA } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";

import { useChart } from "../chart/use_chart";

const BAND_OPACITIES = [0.28, 0.16, 0.07];

/** Cumulated share of value over the share of customers, with the named bands A, B and C. */
export class ConcentrationChart extends Component {
    static template = "crm_werthaltigkeit.ConcentrationChart";
    static props = {
        points: { type: Array, element: Array },
        bands: { type: Array, element: Object },
        description: String,
        valueLabel: String,
        formatShare: Function,
    };

    setup() {
        this.canvas = useRef("canvas");
        useChart(
            this.canvas,
            () => this.config,
            () => [this.props.points]
        );
    }

    get config() {
        const scheme = cookie.get("color_scheme");
        const text = getComputedStyle(this.canvas.el).color;
        const grid = getComputedStyle(this.canvas.el).borderTopColor;
        const share = this.props.formatShare;
        const axis = (title, min) => ({
            type: "linear",
            min,
            max: 1,
            title: { display: true, text: title, color: text },
            ticks: { callback: (value) => share(value), color: text, maxTicksLimit: 6 },
            grid: { color: grid },
        });
        const lowest = Math.min(0, ...this.props.points.map(([, y]) => y));
        return {
            type: "line",
            data: {
                datasets: [
                    {
                        label: _t("Customers, best first").toString(),
                        data: this.props.points.map(([x, y]) => ({ x, y })),
                        borderColor: getColor(0, scheme, "sm"),
                        backgroundColor: getColor(0, scheme, "sm"),
                        borderWidth: 3,
                        pointRadius: 0,
                        pointHitRadius: 12,
                        tension: 0,
                    },
                    {
                        label: _t("If all brought the same").toString(),
                        data: [
                            { x: 0, y: 0 },
                            { x: 1, y: 1 },
                        ],
                        borderColor: text,
                        backgroundColor: text,
                        borderWidth: 1,
                        borderDash: [6, 4],
                        pointRadius: 0,
                        pointHitRadius: 0,
                    },
                ],
            },
            options: {
                animation: false,
                responsive: true,
                maintainAspectRatio: false,
                interaction: { mode: "nearest", axis: "x", intersect: false },
                layout: { padding: { top: 24 } },
                scales: {
                    x: axis(_t("Share of customers").toString(), 0),
                    y: axis(this.props.valueLabel, Math.floor(lowest * 10) / 10),
                },
                plugins: {
                    legend: {
                        position: "bottom",
                        labels: { color: text, usePointStyle: true, pointStyle: "line" },
                    },
                    tooltip: {
                        filter: ({ datasetIndex }) => datasetIndex === 0,
                        callbacks: {
                            title: () => "",
                            label: ({ parsed }) =>
                                _t("%(customers)s of the customers: %(value)s", {
                                    customers: share(parsed.x),
                                    value: share(parsed.y),
                                }).toString(),
                        },
                    },
                },
            },
            plugins: [this.bandsPlugin(scheme, text)],
        };
    }

    /** Paint the stretches of the classes behind the curve, each with its letter. */
    bandsPlugin(scheme, text) {
        return {
            id: "valueClassBands",
            beforeDatasetsDraw: ({ ctx, chartArea, scales }) => {
                ctx.save();
                ctx.font = `bold 14px ${getComputedStyle(this.canvas.el).fontFamily}`;
                ctx.textAlign = "center";
                for (const band of this.props.bands) {
                    const left = scales.x.getPixelForValue(band.start);
                    const width = scales.x.getPixelForValue(band.end) - left;
                    const opacity = BAND_OPACITIES["ABC".indexOf(band.name)];
                    ctx.fillStyle = hexToRGBA(getColor(0, scheme, "sm"), opacity);
                    ctx.fillRect(left, chartArea.top, width, chartArea.height);
                    ctx.fillStyle = text;
                    ctx.fillText(band.name, left + width / 2, chartArea.top - 8);
                }
                ctx.restore();
            },
        };
    }
}
