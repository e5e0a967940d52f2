import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The face of a card: the fields of a book of stamps with their rewards, what comes next and what waits. */
export class StampBook extends Component {
    static template = "crm_kundenbindung.StampBook";
    static props = { ...standardFieldProps };

    setup() {
        this.given = _t("stamped");
        this.free = _t("free");
    }

    get face() {
        return this.props.record.data[this.props.name] || null;
    }

    get label() {
        return _t("%(given)s of %(size)s stamps", {
            given: this.face.points,
            size: this.face.stamps.length,
        });
    }

    get ready() {
        const names = this.face.rewards.filter(({ reachable }) => reachable).map(({ name }) => name);
        return names.length ? _t("Reward ready: %s.", names.join(", ")) : "";
    }

    get next() {
        const { missing, name } = this.face.next_reward;
        return _t("%(missing)s more to: %(reward)s.", {
            missing: Math.round(missing * 100) / 100,
            reward: name,
        });
    }
}

registry.category("fields").add("stamp_book", {
    component: StampBook,
    displayName: _t("Stamp Card"),
    supportedTypes: ["json"],
});
