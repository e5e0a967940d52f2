import { registry } from "@web/core/registry";

/** From the work list to the activity on the contact, and a proposal that is refused with its reason. */
registry.category("web_tour.tours").add("crm_kundenbindung_next_action", {
    steps: () => [
        {
            content: "The customer with most at stake stands first, with the reason",
            trigger: ".o_kanban_record:first:contains(Taxi Slipping):contains(the rhythm is broken)",
        },
        {
            trigger: ".o_kanban_record:contains(Taxi Slipping) button[name=action_do]",
            run: "click",
        },
        {
            content: "It is planned and gone from the list",
            trigger: ".o_notification:contains(Planned for)",
        },
        {
            trigger: ".o_kanban_view:not(:has(.o_kanban_record:contains(Taxi Slipping)))",
        },
        {
            trigger: ".o_kanban_record:contains(Taxi Fine) button[name=action_no]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=refusal_id] .form-check:contains(Not worth the effort) input",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=note] input",
            run: "edit Sold the taxi",
        },
        {
            trigger: ".modal footer button[name=action_confirm]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_kanban_view:not(:has(.o_kanban_record:contains(Taxi Fine)))",
        },
        {
            content: "What was done is one filter away",
            trigger: ".o_searchview .o_facet_remove:last",
            run: "click",
        },
        {
            trigger: ".o_kanban_record:contains(Taxi Slipping)",
            run: "click",
        },
        {
            content: "The activity stands on the contact",
            trigger: ".o_form_view .o-mail-Activity:contains(Call and ask what they need)",
        },
        {
            content: "beside the stage",
            trigger: ".oe_stat_button[name=action_kundenbindung_retention]:contains(At Risk)",
        },
    ],
});
