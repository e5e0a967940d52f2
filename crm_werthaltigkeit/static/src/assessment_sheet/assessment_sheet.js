import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

import { ScoreSheet } from "@crm_werthaltigkeit/score_sheet/score_sheet";

/** The questions of an assessment, with a line of evidence each. */
export class AssessmentSheet extends ScoreSheet {
    static template = "crm_werthaltigkeit.AssessmentSheet";
    static model = "crm.value.assessment";
    static rowModel = "crm.value.assessment.score";
    static dependsOn = ["state", "joined"];

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

    setEvidence(row, evidence) {
        return this.save(row, { evidence });
    }
}

registry.category("view_widgets").add("assessment_sheet", { component: AssessmentSheet });
