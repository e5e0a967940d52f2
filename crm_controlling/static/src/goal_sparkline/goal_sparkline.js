import { Component } from "@odoo/owl";

/** Measured values, plan and forecast of a goal as a small chart; its paths are computed by the server. */
export class GoalSparkline extends Component {
    static template = "crm_controlling.GoalSparkline";
    static props = { drawing: Object, label: String };

    get viewBox() {
        return `0 0 ${this.props.drawing.width} ${this.props.drawing.height}`;
    }
}
