import { registry } from "@web/core/registry";

/** From a group to a checked mail that shows whom it leaves out, and out it goes. */
registry.category("web_tour.tours").add("crm_kundenbindung_outreach", {
    steps: () => [
        {
            content: "A group is contacted from its form",
            trigger: ".o_form_view header button[name=action_contact], .o_statusbar_buttons button[name=action_contact]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=group_id] input:value(Tour Group)",
        },
        {
            trigger: ".o_field_widget[name=name] input",
            run: "edit Tour Campaign",
        },
        {
            trigger: ".o_field_widget[name=subject] input",
            run: "edit Hello from the tour",
        },
        {
            trigger: "button[name=action_check]",
            run: "click",
        },
        {
            content: "Who is left out is counted by reason",
            trigger: ".o_notebook .nav-link:contains(Who Is Reached)",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=count_ids] .o_data_row:contains(No consent to this channel)",
        },
        {
            trigger: ".o_field_widget[name=count_ids] .o_data_row:contains(No consent to this channel) button[name=action_open]",
            run: "click",
        },
        {
            content: "Each number opens its people",
            trigger: ".o_list_view .o_data_row:contains(Tour Silent)",
        },
        {
            trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item.o_back_button a",
            run: "click",
        },
        {
            trigger: "button[name=action_send]",
            run: "click",
        },
        {
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            trigger: ".o_notification:contains(in the background)",
        },
    ],
});
