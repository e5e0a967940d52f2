import { registry } from "@web/core/registry";

const SUBJECT = "Brakes squeal again";
const NOTE = "Wants the price of the exhaust, call back";

/** A complaint from the board to its solution. */
registry.category("web_tour.tours").add("crm_kundenbindung_complaint", {
    steps: () => [
        {
            trigger: ".o_kanban_renderer .o_kanban_group",
        },
        {
            content: "Write it down",
            trigger: ".o_control_panel .o-kanban-button-new",
            run: "click",
        },
        {
            trigger: ".o_kanban_quick_create .o_field_widget[name=name] :is(input, textarea)",
            run: `edit ${SUBJECT}`,
        },
        {
            trigger: ".o_kanban_quick_create .o_field_widget[name=partner_id] input",
            run: "edit Tour Customer",
        },
        {
            trigger: ".o-autocomplete--dropdown-menu .dropdown-item:contains(Tour Customer)",
            run: "click",
        },
        {
            content: "and look at it",
            trigger: ".o_kanban_quick_create .o_kanban_edit",
            run: "click",
        },
        {
            content: "The due date is there already",
            trigger: ".o_form_view .o_field_widget[name=due_date]",
        },
        {
            trigger: ".o_field_widget[name=remedy_id] input",
            run: "edit Rework",
        },
        {
            trigger: ".o-autocomplete--dropdown-menu .dropdown-item:contains(Rework)",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=remedy_cost] input",
            run: "edit 85 && press Tab",
        },
        {
            content: "Solved: the clock stops",
            trigger: ".o_form_view button[name=action_solve]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=timeliness]:contains(In Time)",
        },
    ],
});

/** Log a contact with a promise in one line, and keep it. */
registry.category("web_tour.tours").add("crm_kundenbindung_promise", {
    steps: () => [
        {
            trigger: ".o_form_view button[name=action_werthaltigkeit_log]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=channel_id] .o_radio_item:contains(Phone) input",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=note] :is(textarea, input)",
            run: `edit ${NOTE}`,
        },
        {
            content: "promise… unfolds the due date",
            trigger: ".modal .o_field_widget[name=promise] input",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=promise_due] :is(input, button)",
            run: "click",
        },
        {
            content: "today, in the calendar",
            trigger: ".o_datetime_picker .o_today",
            run: "click",
        },
        {
            trigger: ".modal footer button.btn-primary:visible",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) button[name=action_kundenbindung_promises]",
            run: "click",
        },
        {
            trigger: `.o_data_row:contains(${NOTE}) button[name=action_kept]`,
            run: "click",
        },
        {
            trigger: `.o_data_row:contains(${NOTE}) .o_field_widget[name=state]:contains(Kept)`,
        },
    ],
});
