import { registry } from "@web/core/registry";

/** The customer: from the unhappy smiley of the mail to a few words. */
registry.category("web_tour.tours").add("crm_kundenbindung_rate", {
    steps: () => [
        {
            content: "The smiley of the mail is chosen already",
            trigger: ".o_rating_page_submit label.active img[alt=Unhappy]",
        },
        {
            trigger: ".o_rating_page_submit textarea[name=feedback]",
            run: "edit Waited for two hours",
        },
        {
            trigger: ".o_rating_page_submit button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_rating_page_thank_you h3:contains(Thank you)",
        },
    ],
});

/** The salesperson: the activity on the contact, the unhappy smiley in its history, the answer behind it. */
registry.category("web_tour.tours").add("crm_kundenbindung_unhappy", {
    steps: () => [
        {
            content: "Somebody is to call",
            trigger: ".o-mail-Activity:contains(Unhappy: Service):contains(Waited for two hours)",
        },
        {
            trigger: ".nav-link[name=werthaltigkeit_history]",
            run: "click",
        },
        {
            content: "The smiley stands beside the service",
            trigger: ".o_form_view:contains(Service) .fa-frown-o",
        },
        {
            content: "Where the buttons have no room they lie behind More",
            trigger: ".o-form-buttonbox .o_button_more",
            run: "click",
        },
        {
            trigger: "button[name=action_kundenbindung_feedback]",
            run: "click",
        },
        {
            content: "What the customer said, and from there the request",
            trigger: ".o_list_view .o_data_row:contains(Smiley) td[name=measure]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=comment]:contains(Waited for two hours)",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=cause_id] input",
            run: "edit Delay",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Delay)",
            run: "click",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
    ],
});

/** Ideas: one more on the board, a vote for it, and its answer. */
registry.category("web_tour.tours").add("crm_kundenbindung_idea", {
    steps: () => [
        {
            trigger: ".o_kanban_group:contains(New)",
        },
        {
            trigger: ".o-kanban-button-new",
            run: "click",
        },
        {
            trigger: ".o_kanban_quick_create .o_field_widget[name=name] input",
            run: "edit Loan bicycles",
        },
        {
            trigger: ".o_kanban_quick_create .o_kanban_add",
            run: "click",
        },
        {
            trigger: ".o_kanban_record:contains(Loan bicycles) button[name=action_vote]",
            run: "click",
        },
        {
            trigger: ".o_kanban_record:contains(Loan bicycles) button.fw-bold:contains(1)",
        },
    ],
});
