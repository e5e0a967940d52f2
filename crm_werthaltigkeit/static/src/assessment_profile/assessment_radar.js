import { Component, useRef } from "@odoo/owl";

import { cookie } from "@web/core/browser/cookie";
import { getColor, hexToRGBA } from "@web/core/colors/colors";

import { useChart } from "../chart/use_chart";

const LINE_LENGTH = 12;

/** The questions as axes from 0 to 10: this assessment solid, the one before dashed, told apart by shape too. */
export class AssessmentRadar extends Component {
    static template = "crm_werthaltigkeit.AssessmentRadar";
    static props = {
        axes: { type: Array, element: String },
        current: { type: Object, shape: { label: String, values: Array } },
        previous: { type: Object, shape: { label: String, values: Array }, optional: true },
        description: String,
    };

    setup() {
        this.canvas = useRef("canvas");
        useChart(
            this.canvas,
            () => this.config,
            () => [JSON.stringify([this.props.axes, this.props.current, this.props.previous])]
        );
    }

    /** Break a long name between words, so that the chart keeps its room on a phone. */
    lines(name) {
        const lines = [];
        for (const word of name.split(" ")) {
            const last = lines.at(-1);
            if (last && last.length + word.length < LINE_LENGTH) {
                lines[lines.length - 1] = `${last} ${word}`;
            } else {
                lines.push(word);
            }
        }
        return lines;
    }

    get config() {
        const style = getComputedStyle(this.canvas.el);
        const text = style.color;
        const grid = style.borderTopColor;
        const colour = getColor(0, cookie.get("color_scheme"), "sm");
        const { current, previous } = this.props;
        const datasets = [
            {
                ...this.dataset(current, colour),
                backgroundColor: hexToRGBA(colour, 0.15),
                fill: true,
                borderWidth: 3,
                pointStyle: "circle",
            },
        ];
        if (previous) {
            datasets.push({
                ...this.dataset(previous, text),
                fill: false,
                borderWidth: 1.5,
                borderDash: [6, 4],
                pointStyle: "triangle",
            });
        }
        return {
            type: "radar",
            data: { labels: this.props.axes.map((name) => this.lines(name)), datasets },
            options: {
                animation: false,
                responsive: true,
                maintainAspectRatio: false,
                scales: {
                    r: {
                        min: 0,
                        max: 10,
                        ticks: { stepSize: 2, color: text, backdropColor: "transparent" },
                        grid: { color: grid },
                        angleLines: { color: grid },
                        pointLabels: { color: text, font: { size: 12 } },
                    },
                },
                plugins: {
                    legend: {
                        display: Boolean(previous),
                        position: "bottom",
                        labels: { color: text, usePointStyle: true },
                    },
                },
            },
        };
    }

    /** An axis without an answer is a gap, not a 0. */
    dataset({ label, values }, colour) {
        return {
            label,
            data: values,
            borderColor: colour,
            pointBackgroundColor: colour,
            pointRadius: 4,
            spanGaps: false,
        };
    }
}
