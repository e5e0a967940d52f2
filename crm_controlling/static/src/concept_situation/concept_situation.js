import { Component, markup } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The situation section by section: sentences, figures that open their records, charts drawn on the server. */
export class ConceptSituation extends Component {
    static template = "crm_controlling.ConceptSituation";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get page() {
        return this.props.record.data[this.props.name] || { as_of: "", sections: [] };
    }

    /** Charts are made by the server alone, every word in them escaped. */
    svg(chart) {
        return markup(chart.svg);
    }

    open(figure) {
        return this.action.doAction(figure.action);
    }
}

registry.category("fields").add("concept_situation", {
    component: ConceptSituation,
    displayName: _t("Situation of a concept"),
    supportedTypes: ["json"],
    isEmpty: () => false,
});
