import { Component } from "@odoo/owl";

/** A value between its bounds on a scale: ├──●──┤, with a dashed line where nothing would be different. */
export class IntervalTrack extends Component {
    static template = "crm_kundenbindung.IntervalTrack";
    static props = {
        value: Number,
        low: Number,
        high: Number,
        min: Number,
        max: Number,
        zero: { type: Boolean, optional: true },
        label: String,
    };

    /** Place of a value on the scale, in percent; what lies outside stands at its end. */
    place(value) {
        const { min, max } = this.props;
        const part = max > min ? (value - min) / (max - min) : 0.5;
        return 100 * Math.min(1, Math.max(0, part));
    }

    get lineStyle() {
        const low = this.place(this.props.low);
        const width = Math.max(0, this.place(this.props.high) - low);
        return `inset-inline-start: ${low.toFixed(2)}%; width: ${width.toFixed(2)}%`;
    }

    style(value) {
        return `inset-inline-start: ${this.place(value).toFixed(2)}%`;
    }
}
