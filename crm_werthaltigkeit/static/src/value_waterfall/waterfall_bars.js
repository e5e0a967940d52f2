import { Component } from "@odoo/owl";

import { formatCurrency } from "@web/core/currency";

const LEAST_WIDTH = 0.6; // percent: a small part stays visible

/**
 * Place the parts of a waterfall on one axis, as percentages of its width.
 *
 * @param {{ amount: number, total: boolean }[]} lines parts are added up, totals start at zero
 * @returns {{ zero: number, bars: { left: number, width: number }[] }}
 */
export function placeBars(lines) {
    let sum = 0;
    const ends = lines.map(({ amount, total }) => {
        const start = total ? 0 : sum;
        sum = total ? amount : sum + amount;
        return [start, sum];
    });
    const low = Math.min(0, ...ends.flat());
    const span = Math.max(0, ...ends.flat()) - low || 1;
    const percent = (value) => ((value - low) / span) * 100;
    return {
        zero: percent(0),
        bars: ends.map(([start, end]) => {
            const width =
                end === start ? 0 : Math.max(Math.abs(percent(end) - percent(start)), LEAST_WIDTH);
            return { left: Math.min(percent(Math.min(start, end)), 100 - width), width };
        }),
    };
}

/** From gross to the deepest margin that is known: a bar, a number and its source per part. */
export class WaterfallBars extends Component {
    static template = "crm_werthaltigkeit.WaterfallBars";
    static props = {
        lines: { type: Array, element: Object },
        currencyId: Number,
        onOpen: Function,
    };

    get rows() {
        const { zero, bars } = placeBars(this.props.lines);
        return this.props.lines.map((line, index) => ({
            ...line,
            zero,
            style: `left: ${bars[index].left}%; width: ${bars[index].width}%;`,
            barClass: this.barClass(line),
        }));
    }

    barClass({ amount, total }) {
        if (amount < 0) {
            return total ? "bg-danger" : "bg-danger bg-opacity-50";
        }
        return total ? "bg-primary" : "bg-primary bg-opacity-50";
    }

    format(amount) {
        return formatCurrency(amount, this.props.currencyId);
    }
}
