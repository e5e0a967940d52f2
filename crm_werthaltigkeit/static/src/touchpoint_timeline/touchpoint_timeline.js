import { Component, status, useState } from "@odoo/owl";

import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { SMILEYS } from "../smiley/smiley";
import { TouchpointLine } from "./touchpoint_line";

const PAGE = 30;
const EMPTY = { lines: [], count: 0, count_all: 0, facets: {}, labels: {} };

/**
 * History of the customer behind a contact (the company and all its contacts), or of a lead.
 * It asks the server for a page at a time, when its tab is opened; the form loads no touchpoint.
 */
export class TouchpointTimeline extends Component {
    static template = "crm_werthaltigkeit.TouchpointTimeline";
    static components = { Dropdown, DropdownItem, TouchpointLine };
    static props = {
        ...standardWidgetProps,
        id: { type: String, optional: true },
        name: { type: String, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.keepLast = new KeepLast();
        this.page = PAGE;
        this.menus = [
            { name: "kind", all: _t("All kinds") },
            { name: "channel", all: _t("All channels") },
            { name: "year", all: _t("All years") },
            { name: "direction", all: _t("In and out") },
            { name: "stage", all: _t("All stages") },
        ];
        this.state = useState({ ...EMPTY, filters: {}, loading: false });
        useRecordObserver((record) => {
            const target = this.targetOf(record);
            const key = JSON.stringify(target);
            if (key !== this.targetKey) {
                this.targetKey = key;
                this.target = target;
                this.state.filters = {};
                return this.load();
            }
        });
    }

    /** Whose history: the contact that is open, or the lead with the contact it has by now. */
    targetOf(record) {
        const resId = record.resId || false;
        if (record.resModel === "crm.lead") {
            return { partnerId: record.data.partner_id?.id || false, leadId: resId };
        }
        return { partnerId: resId, leadId: false };
    }

    get hasTarget() {
        return Boolean(this.target.partnerId || this.target.leadId);
    }

    // -- data -------------------------------------------------------------------------------------

    /** Read the first lines, as many as are on the screen already. */
    async load() {
        if (!this.hasTarget) {
            Object.assign(this.state, EMPTY);
            return;
        }
        const limit = Math.max(PAGE, this.state.lines.length);
        Object.assign(this.state, await this.fetch(0, limit));
    }

    async loadMore() {
        const result = await this.fetch(this.state.lines.length, PAGE);
        const known = new Set(this.state.lines.map((line) => line.id));
        result.lines = [...this.state.lines, ...result.lines.filter((line) => !known.has(line.id))];
        Object.assign(this.state, result);
    }

    async fetch(offset, limit) {
        this.state.loading = true;
        try {
            return await this.keepLast.add(
                this.orm.call("crm.touchpoint", "get_timeline", [this.target.partnerId], {
                    filters: { ...this.state.filters },
                    offset,
                    limit,
                    lead_id: this.target.leadId,
                })
            );
        } finally {
            this.state.loading = false;
        }
    }

    // -- filters ----------------------------------------------------------------------------------

    /** Menus with something to choose from; one that filters stays, to be taken back. */
    get visibleMenus() {
        return this.menus.filter(
            ({ name }) => name in this.state.filters || (this.state.facets[name] || []).length > 1
        );
    }

    menuLabel({ name, all }) {
        const chosen = (this.state.facets[name] || []).find(
            ({ value }) => value === this.state.filters[name]
        );
        return chosen ? chosen.label : all;
    }

    get hasFilters() {
        return Boolean(Object.keys(this.state.filters).length);
    }

    async setFilter(name, value) {
        const { [name]: before, ...others } = this.state.filters;
        const takenBack = value === undefined || (name in this.state.filters && before === value);
        this.state.filters = takenBack ? others : { ...others, [name]: value };
        this.state.lines = [];
        await this.load();
    }

    async clearFilters() {
        this.state.filters = {};
        await this.load();
    }

    /** Smileys best first, then what nobody rated: each with its number, each a filter. */
    get smileys() {
        const counts = Object.fromEntries(
            (this.state.facets.satisfaction || []).map(({ value, count }) => [value, count])
        );
        const rated = SMILEYS.toReversed().map((smiley) => ({
            ...smiley,
            count: counts[smiley.value] || 0,
        }));
        return [
            ...rated,
            {
                value: false,
                icon: "fa-minus",
                textClass: "text-muted",
                label: _t("Not rated"),
                count: this.state.facets.unrated || 0,
            },
        ].map((smiley) => ({
            ...smiley,
            pressed: this.state.filters.satisfaction === smiley.value,
            title: _t("%(label)s: %(count)s", { label: smiley.label, count: smiley.count }),
        }));
    }

    get countLabel() {
        const { count, count_all } = this.state;
        if (count !== count_all) {
            return _t("%(count)s of %(all)s touchpoints", { count, all: count_all });
        }
        return count === 1 ? _t("1 touchpoint") : _t("%s touchpoints", count);
    }

    /** Lines by year, newest first; the current year needs no heading. */
    get years() {
        const years = [];
        for (const line of this.state.lines) {
            const { year } = deserializeDateTime(line.date);
            if (years.at(-1)?.year !== year) {
                years.push({ year, heading: year !== luxon.DateTime.local().year, lines: [] });
            }
            years.at(-1).lines.push(line);
        }
        return years;
    }

    // -- actions ----------------------------------------------------------------------------------

    async logContact() {
        const { partnerId, leadId } = this.target;
        const defaults = { default_partner_id: partnerId, default_lead_id: leadId };
        const request = await this.orm.call("crm.touchpoint", "action_log_contact", [defaults]);
        await this.action.doAction(request, { onClose: () => this.afterChange() });
    }

    async openDocument(line) {
        const request = await this.orm.call("crm.touchpoint", "action_open_document", [[line.id]]);
        await this.action.doAction(request);
    }

    annotate(line) {
        this.dialog.add(FormViewDialog, {
            resModel: "crm.touchpoint",
            resId: line.id,
            title: line.kind.name,
            onRecordSaved: () => this.afterChange(),
        });
    }

    /** Show what changed here, and in the form's figures unless somebody is typing there. */
    async afterChange() {
        if (status(this) === "destroyed") {
            return;
        }
        await this.load();
        const { record } = this.props;
        if (!(await record.isDirty())) {
            await record.load();
        }
    }
}

export const touchpointTimeline = { component: TouchpointTimeline };

registry.category("view_widgets").add("touchpoint_timeline", touchpointTimeline);

/** For views that name the one2many; the form then reads the ids of all touchpoints. */
export const touchpointTimelineField = {
    component: TouchpointTimeline,
    displayName: _t("Customer history"),
    supportedTypes: ["one2many"],
    relatedFields: [],
    isEmpty: () => false,
};

registry.category("fields").add("touchpoint_timeline", touchpointTimelineField);
