import { registry } from "@web/core/registry";

const confirm = [
    {
        trigger: ".modal footer .btn-primary",
        run: "click",
    },
    {
        trigger: "body:not(:has(.modal))",
    },
];
const back = {
    trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item.o_back_button a",
    run: "click",
};

/** From the plan to the result: what can be found, the assessment, the draw, carried out, evaluated. */
registry.category("web_tour.tours").add("crm_kundenbindung_measure", {
    steps: () => [
        {
            content: "Plan: what effect can be found with so many customers?",
            trigger: ".o_field_widget[name=wanted_effect] input",
            run: "edit 40 && press Tab",
        },
        {
            trigger: "button[name=action_estimate]",
            run: "click",
        },
        {
            trigger: ".alert-info:contains(smallest effect):contains(you would need)",
        },
        {
            content: "Assess what it is worth",
            trigger: ".o_statusbar_buttons button[name=action_assess]",
            run: "click",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_assessment_row:first button[data-value='8']",
            run: "click",
        },
        {
            trigger: ".o_assessment_row:first button[data-value='8'][aria-checked=true]",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_done]",
            run: "click",
        },
        ...confirm,
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Done)",
        },
        back,
        {
            content: "The measure is assessed",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Assessed)",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_approve]",
            run: "click",
        },
        {
            content: "Draw",
            trigger: ".o_statusbar_buttons button[name=action_start]",
            run: "click",
        },
        ...confirm,
        {
            trigger: ".oe_stat_button[name=action_view_treated]:contains(80)",
        },
        {
            trigger: ".oe_stat_button[name=action_view_control]:contains(20)",
        },
        {
            content: "Carry it out: the treated, and nobody else",
            trigger: ".o_statusbar_buttons button[name=action_treat]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_list_record_selector:first input",
            run: "click",
        },
        {
            trigger: "button[name=action_mark_treated]",
            run: "click",
        },
        {
            trigger: ".o_list_view:not(:has(.o_data_row)), .o_list_view .o_data_row:not(.o_data_row_selected)",
        },
        back,
        {
            content: "Evaluate",
            trigger: ".o_statusbar_buttons button[name=action_evaluate]",
            run: "click",
        },
        {
            trigger: ".o_measure_page .o_measure_row[data-arm=treated] .o_interval_track[role=img]",
        },
        {
            trigger: ".o_measure_page .o_measure_row[data-arm=difference]:contains(+40.0 pp)",
        },
        {
            trigger: ".o_measure_course canvas",
        },
        {
            content: "The chart is a table, too",
            trigger: ".o_measure_course summary",
            run: "click",
        },
        {
            trigger: ".o_measure_course table tr:contains(50%)",
        },
        {
            content: "Each number opens its customers",
            trigger: ".o_measure_page .o_measure_row[data-arm=control] button",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Control)",
        },
    ],
});
