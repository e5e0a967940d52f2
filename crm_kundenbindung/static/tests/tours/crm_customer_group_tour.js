import { registry } from "@web/core/registry";

/** From a group to its customers, back, and from a figure to the customers behind it. */
registry.category("web_tour.tours").add("crm_kundenbindung_group", {
    steps: () => [
        {
            trigger: ".o_kanban_record:contains(Tour Group)",
            run: "click",
        },
        {
            trigger: ".o_form_view button[name=action_refresh]",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains(Repurchase Rate):contains(1 ÷ 2)",
        },
        {
            trigger: "button[name=action_view_members]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Taxi Brandt GmbH)",
        },
        {
            trigger: ".breadcrumb-item:contains(Tour Group) a, .o_back_button a",
            run: "click",
        },
        {
            trigger:
                ".o_data_row:contains(Repurchase Rate) button[name=action_view_numerator]",
            run: "click",
        },
        {
            content: "Only who bought again stands above the line",
            trigger:
                ".o_list_view:not(:has(.o_data_row:contains(Petra Klein))) .o_data_row:contains(Taxi Brandt GmbH)",
        },
        {
            trigger: ".o_data_row:contains(Taxi Brandt GmbH) .o_data_cell",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=name] :is(input, textarea)",
        },
    ],
});

/** A cell of the cohorts opens its customers. */
registry.category("web_tour.tours").add("crm_kundenbindung_cohorts", {
    steps: () => [
        {
            trigger: ".o_cohorts button[data-interval=month]",
            run: "click",
        },
        {
            trigger: ".o_cohorts button[data-measure=customers]",
            run: "click",
        },
        {
            trigger: ".o_cohort_cell[data-since='3']:contains(1)",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Taxi Brandt GmbH)",
        },
    ],
});
