import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

import { ScoreSheet } from "@crm_werthaltigkeit/score_sheet/score_sheet";

/** Criterion by criterion all options, with a line of reason each. */
export class UtilitySheet extends ScoreSheet {
    static template = "crm_controlling.UtilitySheet";
    static model = "crm.utility.analysis";
    static rowModel = "crm.utility.score";
    static dependsOn = ["state", "joined", "option_count"];

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
}

registry.category("view_widgets").add("utility_sheet", { component: UtilitySheet });
