import { registry } from "@web/core/registry";

const STATEMENT = ".o_field_widget[name=ledger_ids]";

/** The card as its holder's bank would print it, and a balance that a manager changes and gives a reason for. */
registry.category("web_tour.tours").add("crm_kundenbindung_ledger_manager", {
    steps: () => [
        {
            content: "What was spent stands above what was earned, each with the balance after it",
            trigger: `${STATEMENT} .o_data_row:first:contains(Redeemed: S):contains(-100):contains(280)`,
        },
        {
            trigger: `${STATEMENT} .o_data_row:contains(Opening balance):contains(80)`,
        },
        {
            trigger: "button[name=action_loyalty_update_balance]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=new_balance] input",
            run: "edit 300",
        },
        {
            trigger: ".modal .o_field_widget[name=description] :is(input, textarea)",
            run: "edit Sorry for the wait",
        },
        {
            content: "Without a reason nothing changes",
            trigger: ".modal footer button[name=action_update_card_point]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget.o_field_invalid[name=reason_id]",
        },
        {
            trigger: ".modal .o_field_widget[name=reason_id] input",
            run: "edit Good",
        },
        {
            trigger: ".modal .o-autocomplete--dropdown-item:contains(Goodwill), .ui-autocomplete .dropdown-item:contains(Goodwill)",
            run: "click",
        },
        {
            trigger: ".modal footer button[name=action_update_card_point]",
            run: "click",
        },
        {
            trigger: `body:not(:has(.modal)) ${STATEMENT} .o_data_row:first:contains(Added by hand: Goodwill):contains(300)`,
        },
        {
            content: "The order is one click away",
            trigger: `${STATEMENT} .o_data_row:contains(Redeemed: S) button[name=action_open_document]`,
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=order_line]",
        },
    ],
});

/** A salesperson reads the statement; the balance is no button. */
registry.category("web_tour.tours").add("crm_kundenbindung_ledger_salesperson", {
    steps: () => [
        {
            trigger: `${STATEMENT} .o_data_row:first:contains(Redeemed: S):contains(280)`,
        },
        {
            trigger:
                ".o_form_view:not(:has(button[name=action_loyalty_update_balance])) .o_field_widget[name=points_display]",
        },
    ],
});
