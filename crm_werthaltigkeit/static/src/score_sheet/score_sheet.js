import { Component, useState } from "@odoo/owl";

import { KeepLast } from "@web/core/utils/concurrency";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const ANSWERS = Array.from({ length: 11 }, (_, score) => String(score));

/**
 * What several people score, as the one who looks at it does: 0 to 10 and a line of why, row by row.
 * Each answer is saved at once, in the row of that person: nobody needs to change the record itself.
 *
 * A sheet names its `model` (with a method `get_sheet`), the `rowModel`, the fields it `dependsOn`, and its `rows`.
 */
export class ScoreSheet extends Component {
    static props = { ...standardWidgetProps };
    static model = "";
    static rowModel = "";
    static dependsOn = [];

    setup() {
        // not by useService: the last answer is saved and shown even when the tab was left meanwhile
        this.orm = this.env.services.orm;
        this.keepLast = new KeepLast();
        this.answers = ANSWERS;
        this.given = new Map(); // row id -> values given here, which no slower answer of the server takes back
        this.state = useState({ sheet: null });
        useRecordObserver((record) => {
            const values = this.constructor.dependsOn.map((name) => record.data[name]);
            const key = JSON.stringify([record.resId, ...values]);
            if (key !== this.key) {
                this.key = key;
                return this.load(record.resId);
            }
        });
    }

    get rows() {
        return [];
    }

    async load(resId) {
        this.state.sheet = resId
            ? await this.keepLast.add(this.orm.call(this.constructor.model, "get_sheet", [resId]))
            : null;
        for (const row of this.state.sheet ? this.rows : []) {
            Object.assign(row, this.given.get(row.id));
        }
    }

    /** A second press takes the answer back: not answered is not 0. */
    answer(row, value) {
        if (this.state.sheet.editable) {
            return this.save(row, { answer: row.answer === value ? false : value });
        }
    }

    async save(row, values) {
        const before = { ...row };
        Object.assign(row, values);
        this.given.set(row.id, { ...this.given.get(row.id), ...values });
        try {
            await this.orm.write(this.constructor.rowModel, [row.id], values);
        } catch (error) {
            this.given.delete(row.id);
            Object.assign(row, before);
            throw error;
        }
        const { record } = this.props;
        if (!(await record.isDirty())) {
            await record.load();
        }
    }

    /** Arrow keys move between the scores, as between radio buttons. */
    onKeydown(ev) {
        const step = { ArrowLeft: -1, ArrowRight: 1 }[ev.key];
        if (step) {
            const buttons = [...ev.currentTarget.querySelectorAll("button")];
            buttons[buttons.indexOf(document.activeElement) + step]?.focus();
            ev.preventDefault();
        }
    }
}
