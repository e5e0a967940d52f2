import { _t } from "@web/core/l10n/translation";

/** The three smileys, worst first; shape and word tell them apart, not colour alone. */
export const SMILEYS = [
    { value: "bad", icon: "fa-frown-o", textClass: "text-danger", label: _t("Unhappy") },
    { value: "neutral", icon: "fa-meh-o", textClass: "text-warning", label: _t("Neutral") },
    { value: "good", icon: "fa-smile-o", textClass: "text-success", label: _t("Happy") },
];

/** @returns {Object|undefined} the smiley of a value, undefined where nobody gave one */
export function getSmiley(value) {
    return SMILEYS.find((smiley) => smiley.value === value);
}
