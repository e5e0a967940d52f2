import { registry } from "@web/core/registry";

/** A new customer on a phone: books, moves to a later day, cancels. */
registry.category("web_tour.tours").add("crm_kundenbindung_booking", {
    steps: () => [
        {
            trigger: ".o_booking_service:contains(Inspection)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The first free time",
            trigger: ".o_booking_time",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_booking_form input[name=contact_name]",
            run: "edit Nora New",
        },
        {
            trigger: ".o_booking_form input[name=email]",
            run: "edit nora@example.com",
        },
        {
            trigger: ".o_booking_form input[name=object_text]",
            run: "edit Fiat 500, GÖ-N 1",
        },
        {
            trigger: ".o_booking_form input[name=pick_up]",
            run: "click",
        },
        {
            trigger: ".o_booking_form input[name=pick_up_address]",
            run: "edit Am Berg 2",
        },
        {
            trigger: ".o_booking_form button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".alert-success:contains(Your appointment is booked)",
        },
        {
            trigger: ".o_booking_move",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_booking_later",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "h1:contains(Move)",
        },
        {
            trigger: "form .o_booking_time",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".alert-success:contains(Your appointment is booked)",
        },
        {
            trigger: ".o_booking_cancel summary",
            run: "click",
        },
        {
            trigger: ".o_booking_cancel button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_booking_cancelled",
        },
    ],
});

/** At the desk: from the contact to a free time, and the appointment in the list. */
registry.category("web_tour.tours").add("crm_kundenbindung_booking_desk", {
    steps: () => [
        {
            trigger: ".o_cp_action_menus button:has(.fa-cog)",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu .o_menu_item:contains(Book an Appointment)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=type_id] input",
            run: "edit Inspection",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Inspection)",
            run: "click",
        },
        {
            content: "The first free time",
            trigger: ".modal .o_field_widget[name=slots] .o_slot",
            run: "click",
        },
        {
            trigger: ".modal .o_slot[aria-pressed=true]",
        },
        {
            trigger: ".modal footer button[name=action_book]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=origin]:contains(By us)",
        },
    ],
});
