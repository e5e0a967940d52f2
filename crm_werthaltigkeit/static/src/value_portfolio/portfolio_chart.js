import { Component, useRef } from "@odoo/owl";

import { cookie } from "@web/core/browser/cookie";
import { getColor, hexToRGBA } from "@web/core/colors/colors";

import { useChart } from "../chart/use_chart";

const LEAST_RADIUS = 3;
const MOST_RADIUS = 18;

/** Signed square root: small customers stay apart, losses stay below zero. */
export const squeeze = (value) => Math.sign(value) * Math.sqrt(Math.abs(value));
export const unsqueeze = (value) => Math.sign(value) * value * value;

/** Round amounts (1, 2, 5 × 10ⁿ) for a squeezed axis, spread so that their labels do not touch. */
export function ticksBetween(low, high, count = 6) {
    const gap = (squeeze(high) - squeeze(low)) / count;
    const sizes = [1, 2, 5].flatMap((digit) =>
        [...Array(10).keys()].map((exponent) => digit * 10 ** exponent)
    );
    const amounts = [...sizes, ...sizes.map((size) => -size)]
        .filter((amount) => amount >= low && amount <= high)
        .sort((a, b) => Math.abs(b) - Math.abs(a));
    const kept = low <= 0 && high >= 0 ? [0] : [];
    for (const amount of amounts) {
        if (kept.every((other) => Math.abs(squeeze(other) - squeeze(amount)) >= gap)) {
            kept.push(amount);
        }
    }
    return kept.sort((a, b) => a - b);
}

/** Customers as bubbles: today to the right, expected upwards, revenue as size; four named fields. */
export class PortfolioChart extends Component {
    static template = "crm_werthaltigkeit.PortfolioChart";
    static props = {
        points: { type: Array, element: Object },
        limits: { type: Array, element: Number },
        names: Object,
        axes: { type: Array, element: String },
        description: String,
        formatAmount: Function,
        describePoint: Function,
        onOpen: Function,
    };

    setup() {
        this.canvas = useRef("canvas");
        useChart(
            this.canvas,
            () => this.config,
            () => [this.props.points]
        );
    }

    get bubbles() {
        const largest = Math.max(1, ...this.props.points.map(({ revenue }) => revenue));
        return this.props.points.map((point) => ({
            x: squeeze(point.x),
            y: squeeze(point.y),
            r: LEAST_RADIUS + (MOST_RADIUS - LEAST_RADIUS) * Math.sqrt(Math.max(0, point.revenue) / largest),
        }));
    }

    axis(title, values, limit, text, grid) {
        const low = Math.min(0, limit, ...values);
        const high = Math.max(limit, ...values);
        const margin = (squeeze(high) - squeeze(low)) * 0.06 || 1;
        return {
            type: "linear",
            min: squeeze(low) - (low < 0 ? margin : margin / 2),
            max: squeeze(high) + margin,
            title: { display: true, text: title, color: text },
            afterBuildTicks: (axis) => {
                axis.ticks = ticksBetween(low, high).map((amount) => ({ value: squeeze(amount) }));
            },
            ticks: {
                color: text,
                callback: (value) => this.props.formatAmount(unsqueeze(value)),
                maxRotation: 0,
                autoSkip: true,
            },
            grid: { color: grid },
        };
    }

    get config() {
        const { points, limits, axes } = this.props;
        const color = getColor(0, cookie.get("color_scheme"), "sm");
        const text = getComputedStyle(this.canvas.el).color;
        const grid = getComputedStyle(this.canvas.el).borderTopColor;
        const values = (name) => points.map((point) => point[name]);
        return {
            type: "bubble",
            data: {
                datasets: [
                    {
                        data: this.bubbles,
                        backgroundColor: hexToRGBA(color, 0.4),
                        hoverBackgroundColor: hexToRGBA(color, 0.8),
                        borderColor: color,
                        borderWidth: 1,
                    },
                ],
            },
            options: {
                animation: false,
                responsive: true,
                maintainAspectRatio: false,
                onClick: (ev, elements) =>
                    elements.length && this.props.onOpen(points[elements[0].index]),
                onHover: (ev, elements) => {
                    ev.native.target.style.cursor = elements.length ? "pointer" : "default";
                },
                scales: {
                    x: this.axis(axes[0], values("x"), limits[0], text, grid),
                    y: this.axis(axes[1], values("y"), limits[1], text, grid),
                },
                plugins: {
                    legend: { display: false },
                    tooltip: {
                        callbacks: {
                            label: ({ dataIndex }) => this.props.describePoint(points[dataIndex]),
                        },
                    },
                },
            },
            plugins: [this.quadrantsPlugin(text)],
        };
    }

    /** Draw the two limits behind the bubbles, and over them each quadrant's name in its outer corner. */
    quadrantsPlugin(text) {
        const { limits, names } = this.props;
        return {
            id: "portfolioQuadrants",
            beforeDatasetsDraw: ({ ctx, chartArea, scales }) => {
                const x = scales.x.getPixelForValue(squeeze(limits[0]));
                const y = scales.y.getPixelForValue(squeeze(limits[1]));
                const { left, right, top, bottom } = chartArea;
                ctx.save();
                ctx.strokeStyle = text;
                ctx.setLineDash([6, 4]);
                ctx.beginPath();
                ctx.moveTo(x, top);
                ctx.lineTo(x, bottom);
                ctx.moveTo(left, y);
                ctx.lineTo(right, y);
                ctx.stroke();
                ctx.restore();
            },
            afterDatasetsDraw: ({ ctx, chartArea: { left, right, top, bottom } }) => {
                ctx.save();
                ctx.fillStyle = text;
                ctx.font = `bold 13px ${getComputedStyle(this.canvas.el).fontFamily}`;
                for (const [name, horizontal, vertical] of [
                    ["pillars", "right", "top"],
                    ["fading", "right", "bottom"],
                    ["rising", "left", "top"],
                    ["small", "left", "bottom"],
                ]) {
                    ctx.textAlign = horizontal;
                    ctx.textBaseline = vertical;
                    const insetX = horizontal === "right" ? right - 6 : left + 6;
                    const insetY = vertical === "top" ? top + 6 : bottom - 6;
                    ctx.fillText(names[name], insetX, insetY);
                }
                ctx.restore();
            },
        };
    }
}
