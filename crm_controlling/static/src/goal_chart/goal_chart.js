import { Component, useState } from "@odoo/owl";

import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

const WIDTH = 600;
const HEIGHT = 160;
const PADDING = 0.06; // of the height, above and below what is drawn

/**
 * Measured values, the plan and the forecast as a fan; for a form, or small as a sparkline.
 *
 * Everything is {date: "2026-11-30", value[, text]}; the steps of the fan have low, high, wide_low and wide_high as well.
 */
export class GoalChart extends Component {
    static template = "crm_controlling.GoalChart";
    static props = {
        points: { type: Array, element: Object },
        plan: { type: Array, element: Object, optional: true },
        fan: { type: Array, element: Object, optional: true },
        small: { type: Boolean, optional: true },
    };
    static defaultProps = { plan: [], fan: [], small: false };

    setup() {
        this.state = useState({ shown: null });
        this.viewBox = `0 0 ${WIDTH} ${HEIGHT}`;
    }

    time(step) {
        return Date.parse(step.date);
    }

    get shownPlan() {
        return this.props.plan.filter(({ value }) => Number.isFinite(value));
    }

    /** First and last moment, lowest and highest value of all that is drawn. */
    get frame() {
        const steps = [...this.props.points, ...this.shownPlan, ...this.props.fan];
        const times = steps.map(this.time);
        const values = [
            ...this.props.points.map((step) => step.value),
            ...this.shownPlan.map((step) => step.value),
            ...this.props.fan.flatMap((step) => [step.value, step.low, step.high]),
        ];
        const [low, high] = [Math.min(...values), Math.max(...values)];
        const room = (high - low || Math.abs(high) || 1) * PADDING;
        return {
            start: Math.min(...times),
            end: Math.max(...times),
            low: low - room,
            high: high + room,
        };
    }

    place(time, value) {
        const { start, end, low, high } = this.frame;
        const x = (WIDTH * (time - start)) / (end - start || 1);
        const within = Math.min(Math.max(value, low), high);
        const y = HEIGHT * (1 - (within - low) / (high - low));
        return `${x.toFixed(1)},${y.toFixed(1)}`;
    }

    line(steps, key = "value") {
        return steps.map((step) => this.place(this.time(step), step[key])).join(" ");
    }

    get pointsLine() {
        return this.line(this.props.points);
    }

    get planLine() {
        return this.line(this.shownPlan);
    }

    /** The forecast begins where the measured values end. */
    get fanSteps() {
        const last = this.props.points.at(-1);
        const ahead = this.props.fan.filter((step) => !last || step.date > last.date);
        if (!last || !ahead.length) {
            return ahead;
        }
        const { date, value } = last;
        const bands = { low: value, high: value, wide_low: value, wide_high: value };
        return [{ date, value, ...bands }, ...ahead];
    }

    get forecastLine() {
        return this.line(this.fanSteps);
    }

    band(lowKey, highKey) {
        const back = [...this.fanSteps].reverse();
        return `${this.line(this.fanSteps, highKey)} ${this.line(back, lowKey)}`;
    }

    get narrowBand() {
        return this.band("low", "high");
    }

    get wideBand() {
        return this.band("wide_low", "wide_high");
    }

    get lastPoint() {
        const last = this.props.points.at(-1);
        if (!last) {
            return null;
        }
        const [x, y] = this.place(this.time(last), last.value).split(",").map(Number);
        return `left: ${(100 * x) / WIDTH}%; top: ${(100 * y) / HEIGHT}%;`;
    }

    // -- in words ---------------------------------------------------------------------------------

    day(step) {
        return formatDate(deserializeDate(step.date));
    }

    text(step) {
        return step.text ?? `${step.value}`;
    }

    get firstDay() {
        const steps = [...this.props.points, ...this.shownPlan].sort((a, b) => (a.date < b.date ? -1 : 1));
        return steps.length ? this.day(steps[0]) : "";
    }

    get lastDay() {
        const steps = [...this.shownPlan, ...this.fanSteps, ...this.props.points].sort((a, b) =>
            a.date < b.date ? -1 : 1
        );
        return steps.length ? this.day(steps.at(-1)) : "";
    }

    /** What is drawn, for those who do not see it. */
    get description() {
        const told = [];
        const [first, last] = [this.props.points[0], this.props.points.at(-1)];
        if (last) {
            told.push(
                _t("Measured: %(first)s on %(start)s, %(last)s on %(end)s.", {
                    first: this.text(first),
                    start: this.day(first),
                    last: this.text(last),
                    end: this.day(last),
                })
            );
        }
        const aim = this.shownPlan.at(-1);
        if (aim) {
            told.push(_t("Planned: %(value)s on %(day)s.", { value: this.text(aim), day: this.day(aim) }));
        }
        const expected = this.props.fan.at(-1);
        if (expected) {
            told.push(
                _t("Forecast: %(value)s on %(day)s.", {
                    value: this.text(expected),
                    day: this.day(expected),
                })
            );
        }
        return told.join(" ");
    }

    // -- reading off ------------------------------------------------------------------------------

    onPointerMove(ev) {
        const { left, width } = ev.currentTarget.getBoundingClientRect();
        const { start, end } = this.frame;
        const time = start + ((end - start) * (ev.clientX - left)) / width;
        const steps = [
            ...this.props.points.map((step) => ({ ...step, kind: _t("measured") })),
            ...this.fanSteps.slice(1).map((step) => ({ ...step, kind: _t("forecast") })),
        ];
        const distance = (step) => Math.abs(this.time(step) - time);
        this.state.shown = steps.reduce(
            (best, step) => (!best || distance(step) < distance(best) ? step : best),
            null
        );
    }

    onPointerLeave() {
        this.state.shown = null;
    }

    get shownText() {
        const step = this.state.shown;
        return step ? `${this.day(step)}: ${this.text(step)} (${step.kind})` : "";
    }
}
