import { Component } from "@odoo/owl";

/** A sentence, the first few customers it speaks of, and the way to all of them. */
export class ValueOverviewList extends Component {
    static template = "crm_werthaltigkeit.ValueOverviewList";
    static props = { part: Object, open: Function };
}
