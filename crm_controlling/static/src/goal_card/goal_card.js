import { Component } from "@odoo/owl";

import { GoalSparkline } from "../goal_sparkline/goal_sparkline";

const COLOURS = {
    green: "text-success",
    yellow: "text-warning",
    red: "text-danger",
    none: "text-muted",
    reached: "text-success",
    missed: "text-danger",
};

/** One goal of the board: where it stands, its light in sign and word, and where it will end. */
export class GoalCard extends Component {
    static template = "crm_controlling.GoalCard";
    static components = { GoalSparkline };
    static props = { goal: Object, open: Function };

    get colour() {
        return COLOURS[this.props.goal.light];
    }
}
