import { Component } from "@odoo/owl";

import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { AssessmentRadar } from "./assessment_radar";

const AXES = 3; // fewer make no area

/** The result of an assessment per question, drawn and as a table; each number opens its scores. */
export class AssessmentProfile extends Component {
    static template = "crm_werthaltigkeit.AssessmentProfile";
    static components = { AssessmentRadar };
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    get profile() {
        return this.props.record.data[this.props.name] || { rows: [] };
    }

    get rows() {
        return this.profile.rows;
    }

    get hasResult() {
        return this.rows.some((row) => row.mean !== null);
    }

    get hasRadar() {
        return this.rows.length >= AXES;
    }

    get axes() {
        return this.rows.map((row) => row.name);
    }

    get current() {
        return {
            label: this.label(this.props.record.data.date),
            values: this.rows.map((row) => row.mean),
        };
    }

    get previous() {
        const { previous } = this.profile;
        return previous
            ? {
                  label: this.label(deserializeDate(previous.date)),
                  values: this.rows.map((row) => row.previous),
              }
            : undefined;
    }

    get sentence() {
        const { overall, previous_overall, people } = this.profile;
        const result =
            people === 1
                ? _t("%s of 10, by one person", this.format(overall))
                : _t("%(result)s of 10, by %(people)s people", {
                      result: this.format(overall),
                      people,
                  });
        return previous_overall === null
            ? result.toString()
            : _t("%(result)s; %(before)s before", {
                  result,
                  before: this.format(previous_overall),
              }).toString();
    }

    label(date) {
        return date ? formatDate(date) : _t("This assessment").toString();
    }

    format(value) {
        return formatFloat(value, { digits: [4, 1] });
    }

    /** Lowest and highest person; the same for all, or only one: no spread. */
    spread(row) {
        return row.people > 1 && row.low !== row.high
            ? _t("%(low)s to %(high)s", { low: this.format(row.low), high: this.format(row.high) })
            : "";
    }

    withoutEvidence(row) {
        return _t("%s without evidence", row.without_evidence);
    }

    change(row) {
        if (row.mean === null || row.previous === null) {
            return null;
        }
        const difference = Math.round((row.mean - row.previous) * 10) / 10;
        const [icon, word] =
            difference > 0
                ? ["fa-arrow-up text-success", _t("better")]
                : difference < 0
                  ? ["fa-arrow-down text-danger", _t("worse")]
                  : ["fa-arrows-h text-muted", _t("unchanged")];
        const sign = difference > 0 ? "+" : "";
        return { icon, word, text: difference ? `${sign}${this.format(difference)}` : "±0" };
    }

    async openScores(row, resId = this.props.record.resId) {
        const action = await this.orm.call("crm.value.assessment", "action_open_scores", [resId]);
        if (row) {
            action.domain = [...action.domain, ["question_id", "=", row.id]];
        }
        return this.action.doAction(action);
    }

    openPrevious(row) {
        return this.openScores(row, this.profile.previous.id);
    }
}

registry.category("fields").add("assessment_profile", {
    component: AssessmentProfile,
    displayName: _t("Result of an assessment"),
    supportedTypes: ["json"],
    fieldDependencies: [{ name: "date", type: "date" }],
    isEmpty: () => false,
});
