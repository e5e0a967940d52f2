import { registry } from "@web/core/registry";

/** A goal off its plan: its chart and its light, the review, the decision. */
registry.category("web_tour.tours").add("crm_controlling_goal", {
    steps: () => [
        {
            content: "The card says with a word how the goal stands",
            trigger: ".o_kanban_record:contains(Tour Goal) .o_goal_light[data-light=red]:contains(Off plan)",
        },
        {
            trigger: ".o_kanban_record:contains(Tour Goal) .o_goal_chart_small svg[aria-label*='Measured']",
        },
        {
            trigger: ".o_kanban_record:contains(Tour Goal)",
            run: "click",
        },
        {
            content: "Plan, actual and forecast",
            trigger: ".o_form_view .o_goal_chart .o_goal_chart_plan",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=situation_text]:contains(Behind by)",
        },
        {
            trigger: ".o_form_view button[name=action_review]:contains(Decide)",
            run: "click",
        },
        {
            content: "Who contributed",
            trigger: ".o_form_view .o_data_row:contains(Customers)",
        },
        {
            trigger: ".o_form_view [name=reason] textarea",
            run: "edit The road was closed in spring.",
        },
        {
            trigger: "button[name=action_accept]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains(Decided)",
        },
        {
            trigger: "button[name=action_view_goal]",
            run: "click",
        },
        {
            trigger: "button[name=action_view_measurements]",
            run: "click",
        },
        {
            content: "Every number opens its records",
            trigger: ".o_list_view .o_data_row:contains(Tour Goal)",
        },
    ],
});

/** From nothing to a first goal: a template sets it, measured. */
registry.category("web_tour.tours").add("crm_controlling_goal_template", {
    steps: () => [
        {
            trigger: ".o_kanban_record:contains(More margin per customer) button[name=action_create_goal]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_goal_chart svg",
        },
        {
            trigger: ".o_form_view button[name=action_start]",
            run: "click",
        },
        {
            content: "Started; what sells less and less is off its plan at once",
            trigger: ".o_form_view .o_arrow_button_current:contains(Goal Steering)",
        },
    ],
});
