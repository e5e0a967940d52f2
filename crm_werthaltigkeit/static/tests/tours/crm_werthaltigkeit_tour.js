import { registry } from "@web/core/registry";

const NOTE = "Asked for brake pads, promised a call by Friday";

/** From the contact to the customer's value: what a salesperson does every day. */
registry.category("web_tour.tours").add("crm_werthaltigkeit_main", {
    steps: () => [
        {
            content: "The buttons beside the number show when it is touched",
            trigger: ".o_field_widget[name=phone] input",
            run: "click",
        },
        {
            content: "One dials, one logs the call",
            trigger: ".o_field_widget[name=phone] .o_log_contact_phone",
            run: "click",
        },
        {
            content: "Channel and direction are there already: happy customer",
            trigger: ".modal .o_field_widget[name=satisfaction] button[data-value=good]",
            run: "click",
        },
        {
            trigger:
                ".modal .o_field_widget[name=satisfaction] button[data-value=good][aria-pressed=true]",
        },
        {
            content: "One line is enough",
            trigger: ".modal .o_field_widget[name=note] :is(textarea, input)",
            run: `edit ${NOTE}`,
        },
        {
            trigger: ".modal footer button.btn-primary:visible",
            run: "click",
        },
        {
            content: "The contact stands in the history",
            trigger: "body:not(:has(.modal)) .o_notebook .nav-link[name=werthaltigkeit_history]",
            run: "click",
        },
        {
            trigger: `.o_touchpoint_line:first .o_touchpoint_summary:contains(${NOTE})`,
        },
        {
            content: "with the smiley, and with the phone as its channel",
            trigger: ".o_touchpoint_line:first:has(.fa-phone) .o_touchpoint_figures .fa-smile-o",
        },
        {
            content: "Filter by the smiley: the other contacts go",
            trigger: ".o_touchpoint_smiley[data-value=good]",
            run: "click",
        },
        {
            trigger: ".o_touchpoint_count:contains(1 of 2)",
        },
        {
            trigger: ".o_touchpoint_clear",
            run: "click",
        },
        {
            trigger: ".o_touchpoint_count:contains(2 touchpoints)",
        },
        {
            content: "What the customer is worth",
            trigger: ".o_notebook .nav-link[name=werthaltigkeit_value]",
            run: "click",
        },
        {
            trigger: ".o_notebook .tab-pane.active .o_value_class:contains(A)",
        },
    ],
});

/** Without values: a manager has them computed. */
registry.category("web_tour.tours").add("crm_werthaltigkeit_concentration_empty", {
    steps: () => [
        {
            trigger: ".o_concentration .o_view_nocontent .o_concentration_compute",
            run: "click",
        },
        {
            trigger: ".o_notification:contains(computed in the background)",
        },
    ],
});

/** From the curve to the customers behind a class. */
registry.category("web_tour.tours").add("crm_werthaltigkeit_concentration", {
    steps: () => [
        {
            trigger: ".o_concentration_sentence:contains(of the customers bring)",
        },
        {
            trigger: ".o_concentration_chart canvas",
        },
        {
            content: "Every number opens its customers",
            trigger: ".o_concentration_table tr[data-class=A] .o_concentration_open",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Tour Customer)",
        },
    ],
});

/** From the sum to the orders behind it, on the contact. */
registry.category("web_tour.tours").add("crm_werthaltigkeit_waterfall", {
    steps: () => [
        {
            trigger: ".o_notebook .nav-link[name=werthaltigkeit_value]",
            run: "click",
        },
        {
            content: "Down to what is left after service",
            trigger: ".o_waterfall_line[data-part=db3] .o_waterfall_bar",
        },
        {
            content: "With what may be expected",
            trigger: ".o_value_fact[data-fact=active]:contains(71%)",
        },
        {
            content: "Every number opens its records",
            trigger: ".o_waterfall_line[data-part=gross] button",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Tour Customer)",
        },
        {
            content: "Back on the contact the tab shows the value again",
            trigger: ".breadcrumb-item:contains(Tour Customer) a",
            run: "click",
        },
        {
            trigger: ".o_value_all, .o_notebook .nav-link[name=werthaltigkeit_value]",
        },
    ],
});

/** Filter the portfolio, which the URL keeps, and open a quadrant. */
registry.category("web_tour.tours").add("crm_werthaltigkeit_portfolio", {
    steps: () => [
        {
            trigger: ".o_portfolio_chart canvas",
        },
        {
            trigger: ".o_portfolio_filter[data-filter=class]",
            run: "select A",
        },
        {
            trigger: ".o_portfolio_clear",
            run() {
                if (!window.location.search.includes("portfolio_class=A")) {
                    throw new Error("the URL does not keep the filter");
                }
            },
        },
        {
            trigger: ".o_portfolio_quadrant[data-quadrant=pillars]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Tour Customer)",
        },
        {
            trigger: ".breadcrumb-item:contains(Portfolio) a",
            run: "click",
        },
        {
            content: "The filter is still there",
            trigger: ".o_portfolio:has(.o_portfolio_clear) .o_portfolio_chart canvas",
        },
    ],
});

/** From the page to the customers, and from a move between classes to who moved. */
registry.category("web_tour.tours").add("crm_werthaltigkeit_value_overview", {
    steps: () => [
        {
            trigger: ".o_value_overview_tile[data-code=concentration]:contains(customers bring)",
        },
        {
            content: "Three next steps, each with a button",
            trigger: ".o_value_overview_steps li:nth-child(3) button",
        },
        {
            content: "Every number opens its customers",
            trigger: "[data-part=classes] button:first",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Tour Customer)",
        },
        {
            content: "Back to the page",
            trigger: ".o_back_button, .breadcrumb-item a",
            run: "click",
        },
        {
            trigger: ".o_value_overview_tile[data-code=new]",
        },
    ],
});

registry.category("web_tour.tours").add("crm_werthaltigkeit_migration", {
    steps: () => [
        {
            trigger: ".o_value_migration_sentence:contains(rose)",
        },
        {
            trigger: ".o_value_migration_table .o_value_migration_cell[data-to=A]:first",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Tour Customer)",
        },
    ],
});

/** An invited person answers, then the responsible's result shows; every number opens its scores. */
registry.category("web_tour.tours").add("crm_werthaltigkeit_assessment", {
    steps: () => [
        {
            trigger: ".o_assessment_summary:contains(0 of 7 answered)",
        },
        {
            content: "0 to 10, saved at once",
            trigger: ".o_assessment_row:first button[data-value='8']",
            run: "click",
        },
        {
            trigger: ".o_assessment_row:first button[data-value='8'][aria-checked=true]",
        },
        {
            trigger: ".o_assessment_summary:contains(1 of 7 answered · 1 without evidence)",
        },
        {
            content: "and what speaks for it",
            trigger: ".o_assessment_row:first .o_assessment_evidence",
            run: "edit 62 bookings && press Tab",
        },
        {
            trigger: ".o_assessment_sheet:not(:has(.o_assessment_without))",
        },
        {
            trigger: ".o_notebook .nav-link[name=result]",
            run: "click",
        },
        {
            trigger: ".o_assessment_sentence:contains(8.0 of 10)",
        },
        {
            trigger: ".o_assessment_radar canvas",
        },
        {
            content: "Every number opens its scores",
            trigger: ".o_assessment_table .o_assessment_open:contains(8.0)",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(62 bookings)",
        },
    ],
});

/** One caller: the history opens, the clock of the call runs, saving keeps the minutes. */
registry.category("web_tour.tours").add("crm_werthaltigkeit_call", {
    steps: () => [
        {
            trigger: ".modal .o_call_clock",
        },
        {
            trigger: ".modal .o_field_widget[name=note] :is(textarea, input)",
            run: "edit Asked for winter tyres",
        },
        {
            trigger: ".modal footer button.btn-primary:visible",
            run: "click",
        },
        {
            content: "Behind the dialog lies the caller's history, with the call",
            trigger:
                "body:not(:has(.modal)) .o_touchpoint_line:first .o_touchpoint_summary:contains(Asked for winter tyres)",
        },
    ],
});

/** Several callers are a choice. */
registry.category("web_tour.tours").add("crm_werthaltigkeit_call_choice", {
    steps: () => [
        {
            trigger: ".o_call_caller:contains(Petra Klein)",
            run: "click",
        },
        {
            trigger: ".modal .o_call_clock",
        },
        {
            content: "The clock can be stopped, and the minutes be corrected",
            trigger: ".modal .o_call_stop",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=minutes] input",
        },
        {
            trigger: ".modal footer button.btn-secondary",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_form_view .o_field_widget[name=name]",
        },
    ],
});

/** Nobody has the number: a new contact with it. */
registry.category("web_tour.tours").add("crm_werthaltigkeit_call_new", {
    steps: () => [
        {
            trigger: ".o_form_view .o_field_widget[name=phone] input:value(+49 711 8882233)",
        },
    ],
});

/** A hidden number says so. */
registry.category("web_tour.tours").add("crm_werthaltigkeit_call_hidden", {
    steps: () => [
        {
            trigger: ".o_call [role=alert]:contains(passed on no phone number)",
        },
    ],
});
