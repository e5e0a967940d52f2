import { registry } from "@web/core/registry";

const STAMP = ".o_form_view button[name=action_kundenbindung_stamp]";

/** The desk: the tenth stamp with one click, and the full tank that it brings. */
registry.category("web_tour.tours").add("crm_kundenbindung_stamp_card", {
    steps: () => [
        {
            trigger: STAMP,
            run: "click",
        },
        {
            content: "What stands on the card now, and what waits",
            trigger: ".o_notification:contains(Stamp 10 of 10):contains(Full Tank)",
        },
        {
            trigger: STAMP,
            run: "click",
        },
        {
            content: "A second stamp of the day is asked about",
            trigger: ".modal .alert:contains(Stamped today)",
        },
        {
            trigger: ".modal .o_stamp_book:not(:has(.o_stamp[data-given='0']))",
        },
        {
            trigger: ".modal .o_field_widget[name=reward_id] .o_radio_item:contains(Full Tank) input",
            run: "click",
        },
        {
            trigger: ".modal footer button[name=action_give]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_notification:contains(Given: Full Tank)",
        },
    ],
});
