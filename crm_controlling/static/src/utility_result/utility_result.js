import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Options by rank with their scores, and how far each weight may move before another option wins. */
export class UtilityResult extends Component {
    static template = "crm_controlling.UtilityResult";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    get page() {
        return (
            this.props.record.data[this.props.name] || {
                sentence: "",
                notes: [],
                criteria: [],
                options: [],
                stability: [],
            }
        );
    }

    format(value) {
        return formatFloat(value, { digits: [4, 1] });
    }

    formatTotal(value) {
        return formatFloat(value, { digits: [4, 2] });
    }

    percent(share) {
        return `${formatFloat(100 * share, { digits: [5, 1] })}\u00a0%`;
    }

    width(share) {
        return `width: ${Math.max(0, Math.min(100, 100 * share)).toFixed(2)}%`;
    }

    /** The stretch of weights within which the winner stays first, on a track from 0 to 100 %. */
    band(row) {
        return `left: ${(100 * row.low).toFixed(2)}%; width: ${(100 * (row.high - row.low)).toFixed(2)}%`;
    }

    mark(row) {
        return `left: ${(100 * row.share).toFixed(2)}%`;
    }

    rank(option) {
        if (option.rank) {
            return _t("%s.", option.rank).toString();
        }
        return (option.out.length ? _t("out") : _t("open")).toString();
    }

    spread(cell) {
        return cell.people > 1 && cell.low !== cell.high
            ? _t("%(low)s to %(high)s", { low: cell.low, high: cell.high })
            : "";
    }

    async openScores(option, criterion) {
        const action = await this.orm.call("crm.utility.analysis", "action_open_scores", [
            this.props.record.resId,
        ]);
        const more = criterion ? [["criterion_id", "=", criterion.id]] : [];
        action.domain = [...action.domain, ["option_id", "=", option.id], ...more];
        return this.action.doAction(action);
    }
}

registry.category("fields").add("utility_result", {
    component: UtilityResult,
    displayName: _t("Result of a utility analysis"),
    supportedTypes: ["json"],
    isEmpty: () => false,
});
