import { registry } from "@web/core/registry";

/** From a quotation to what customers like this also bought, and back with a line more. */
registry.category("web_tour.tours").add("crm_werthaltigkeit_recommendation", {
    steps: () => [
        {
            trigger: "button[name=action_werthaltigkeit_recommendations]",
            run: "click",
        },
        {
            content: "The reason stands beside the product",
            trigger:
                ".modal .o_data_row:contains(Wheel Bolts):contains(Customers who bought Winter Tyre also bought this)",
        },
        {
            trigger: ".modal .o_data_row:contains(Wheel Bolts) .o_boolean_toggle input",
            run: "click",
        },
        {
            trigger: ".modal footer button[name=action_add]",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=order_line] .o_data_row:contains(Wheel Bolts)",
        },
    ],
});

/** The work list: what is wrong in words, and a duplicate that is none. */
registry.category("web_tour.tours").add("crm_werthaltigkeit_data_care", {
    steps: () => [
        {
            trigger: ".o_data_row:contains(Twin One):contains(Probably the same as Twin Two)",
        },
        {
            trigger: ".o_data_row:contains(Twin One) button[name=action_not_duplicate]",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains(Twin One):not(:contains(Probably the same)):contains(Missing)",
        },
        {
            trigger: ".o_data_row:contains(Twin One) button[name=action_mark_checked]",
            run: "click",
        },
        {
            trigger: ".o_list_view:not(:has(.o_data_row:contains(Twin One)))",
        },
        {
            content: "A click opens the contact",
            trigger: ".o_data_row:contains(Twin Two) .o_data_cell[name=defects]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=name] :is(input, textarea)",
        },
    ],
});
