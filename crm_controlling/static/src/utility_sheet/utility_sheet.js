import { Component, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const ANSWERS = Array.from({ length: 11 }, (_, score) => String(score));

/** Criterion by criterion all options, as the person who looks at it scores them: 0 to 10 and a line of reason. */
export class UtilitySheet extends Component {
    static template = "crm_controlling.UtilitySheet";
    static props = { ...standardWidgetProps };

    setup() {
        // not by useService: the last score is saved and shown even when the tab was left meanwhile
        this.orm = this.env.services.orm;
        this.keepLast = new KeepLast();
        this.answers = ANSWERS;
        this.given = new Map(); // row id -> values given here, which no slower answer of the server takes back
        this.state = useState({ sheet: null });
        useRecordObserver((record) => {
            const { state, joined, option_count } = record.data;
            const key = JSON.stringify([record.resId, state, joined, option_count]);
            if (key !== this.key) {
                this.key = key;
                return this.load(record.resId);
            }
        });
    }

    async load(resId) {
        this.state.sheet = resId
            ? await this.keepLast.add(this.orm.call("crm.utility.analysis", "get_sheet", [resId]))
            : null;
        for (const row of this.state.sheet ? this.rows : []) {
            Object.assign(row, this.given.get(row.id));
        }
    }

    get rows() {
        return this.state.sheet.criteria.flatMap((criterion) => criterion.rows);
    }

    get summary() {
        const scored = this.rows.filter((row) => row.answer);
        const without = scored.filter((row) => !row.reason.trim()).length;
        const done = _t("%(scored)s of %(all)s scored", {
            scored: scored.length,
            all: this.rows.length,
        });
        return without ? [done, _t("%s without a reason", without)].join(" · ") : done;
    }

    head(criterion) {
        const share = _t("counts %s %%", Math.round(1000 * criterion.share) / 10);
        return criterion.minimum === false
            ? share
            : [share, _t("knock-out below %s", criterion.minimum)].join(" · ");
    }

    rowLabel(criterion, row) {
        return `${criterion.name}: ${row.option}`;
    }

    /** A second press takes the score back: not scored is not 0. */
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
            await this.orm.write("crm.utility.score", [row.id], values);
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

registry.category("view_widgets").add("utility_sheet", { component: UtilitySheet });
