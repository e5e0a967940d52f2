import { registry } from "@web/core/registry";

/** Somebody tells a code on the phone: the lead knows who recommends us. */
registry.category("web_tour.tours").add("crm_kundenbindung_referral", {
    steps: () => [
        {
            trigger: ".o_form_view .o_cp_action_menus .fa-cog",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu .o-dropdown-item:contains(Recommended By…), .o-dropdown--menu .dropdown-item:contains(Recommended By…)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=code] input",
            run: function () {
                const code = document.querySelector(".o_form_view .o_field_widget[name=description]");
                const input = this.anchor;
                input.value = code.textContent.match(/[A-Z2-9]{16}/)[0];
                input.dispatchEvent(new Event("input", { bubbles: true }));
                input.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        {
            trigger: ".modal footer button[name=action_enter]",
            run: "click",
        },
        {
            content: "The referral, with who recommends us",
            trigger: ".o_form_view .o_field_widget[name=referrer_id]:contains(Rita Empfehler)",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Lead)",
        },
    ],
});

/** The work list of downgrades: one is confirmed, one customer keeps the tier. */
registry.category("web_tour.tours").add("crm_kundenbindung_tier", {
    steps: () => [
        {
            trigger: ".o_data_row:contains(Fallen One) button[name=action_confirm_downgrade]",
            run: "click",
        },
        {
            trigger: ".o_list_view:not(:has(.o_data_row:contains(Fallen One)))",
        },
        {
            trigger: ".o_data_row:contains(Fallen Two) .o_data_cell[name=partner_id]",
            run: "click",
        },
        {
            content: "What the figure says, and that nothing changes without a person",
            trigger: ".o_form_view .alert-warning:contains(Nothing changes until you confirm it)",
        },
        {
            trigger: ".o_form_view .o_statusbar_buttons button[name=action_keep]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=downgrade]:contains(In the Grace Period)",
        },
        {
            content: "and how it came to the tier",
            trigger: ".o_form_view button[name=action_history]",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains(Threshold Reached)",
        },
    ],
});
