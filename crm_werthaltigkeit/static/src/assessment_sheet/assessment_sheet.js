import { Component, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const SCORE = "crm.value.assessment.score";
const ANSWERS = Array.from({ length: 11 }, (_, score) => String(score));

/**
 * The questions of an assessment as the person who looks at it answers them: 0 to 10 and a line of evidence.
 * Each answer is saved at once, in the row of that person: nobody needs to change the assessment itself.
 */
export class AssessmentSheet extends Component {
    static template = "crm_werthaltigkeit.AssessmentSheet";
    static props = { ...standardWidgetProps };

    setup() {
        // not by useService: the last answer is saved and shown even when the tab was left meanwhile
        this.orm = this.env.services.orm;
        this.keepLast = new KeepLast();
        this.answers = ANSWERS;
        this.given = new Map(); // row id -> values given here, which no slower answer of the server takes back
        this.state = useState({ sheet: null });
        useRecordObserver((record) => {
            const { state, joined } = record.data;
            const key = JSON.stringify([record.resId, state, joined]);
            if (key !== this.key) {
                this.key = key;
                return this.load(record.resId);
            }
        });
    }

    async load(resId) {
        this.state.sheet = resId
            ? await this.keepLast.add(this.orm.call("crm.value.assessment", "get_sheet", [resId]))
            : null;
        for (const row of this.state.sheet ? this.rows : []) {
            Object.assign(row, this.given.get(row.id));
        }
    }

    get rows() {
        return this.state.sheet.questions.flatMap((question) => question.rows);
    }

    get summary() {
        const answered = this.rows.filter((row) => row.answer);
        const without = answered.filter((row) => !row.evidence.trim()).length;
        const done = _t("%(answered)s of %(all)s answered", {
            answered: answered.length,
            all: this.rows.length,
        });
        return without ? [done, _t("%s without evidence", without)].join(" · ") : done;
    }

    rowLabel(question, row) {
        return this.state.sheet.aspects > 1 ? `${question.name}: ${row.aspect}` : question.name;
    }

    /** A second press takes the answer back: not answered is not 0. */
    answer(row, value) {
        if (this.state.sheet.editable) {
            return this.save(row, { answer: row.answer === value ? false : value });
        }
    }

    setEvidence(row, evidence) {
        return this.save(row, { evidence });
    }

    async save(row, values) {
        const before = { ...row };
        Object.assign(row, values);
        this.given.set(row.id, { ...this.given.get(row.id), ...values });
        try {
            await this.orm.write(SCORE, [row.id], values);
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

registry.category("view_widgets").add("assessment_sheet", { component: AssessmentSheet });
