import { download } from "@web/core/network/download";
import { registry } from "@web/core/registry";

/** Say on the page when a download is over; it goes through as ever. */
function tellDownloads() {
    const original = download._download;
    download._download = async (options) => {
        try {
            return await original(options);
        } finally {
            download._download = original;
            document.body.dataset.downloaded = "1";
        }
    };
}

const openConcept = [
    { trigger: ".o_form_view button[name=action_view_concepts]", run: "click" },
    { trigger: ".o_list_view .o_data_row:contains(Customers who come back) .o_data_cell", run: "click" },
];

/** From a figure of the situation over goal, option and requirement to the print. */
registry.category("web_tour.tours").add("crm_controlling_concept", {
    steps: () => [
        { trigger: ".o_data_row:contains(Customers who come back) .o_data_cell", run: "click" },
        { trigger: "button[name=action_fill]", run: "click" },
        {
            content: "A number of the situation opens its records",
            trigger: ".o_concept_situation tr[data-figure=buyers] button:contains(2)",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains(Taxi Brandt GmbH)" },
        { trigger: ".breadcrumb-item:contains(Customers who come back) a, .o_back_button a", run: "click" },
        { trigger: "button[name=action_view_goals]", run: "click" },
        { content: "A goal", trigger: ".o_kanban_record:contains(Every second comes again)", run: "click" },
        { trigger: ".o_form_view button[name=action_view_requirements]" },
        ...openConcept,
        { trigger: ".o_form_view button[name=action_view_utilities]", run: "click" },
        { trigger: ".o_data_row:contains(Which card?) .o_data_cell", run: "click" },
        { content: "An option", trigger: ".o_utility_sentence:contains(Stamps is first with 8.00 of 10)" },
        { trigger: ".o_form_statusbar button[name=action_decide], .o_statusbar_buttons button[name=action_decide]", run: "click" },
        { trigger: ".o_field_widget[name=chosen_id]:contains(Stamps)" },
        ...openConcept,
        { trigger: ".o_form_view button[name=action_view_requirements]", run: "click" },
        {
            content: "A requirement",
            trigger: ".o_data_row:contains(Stamps are seen) .o_data_cell[name=name]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=acceptance] textarea",
            run: "edit A new colleague finds them.",
        },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved, .o_form_status_indicator_buttons.invisible" },
        { trigger: ".breadcrumb-item:contains(Requirements) a", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains(Stamps are seen)" },
        { trigger: ".breadcrumb-item:contains(Customers who come back) a", run: "click" },
        { trigger: ".o_form_view button[name=action_freeze]", run: "click" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { content: "Frozen", trigger: ".o_form_view button[name=action_new_version]" },
        {
            content: "On paper",
            trigger: ".o_form_view button[name=action_print]",
            async run(helpers) {
                tellDownloads();
                await helpers.click();
            },
        },
        { trigger: "body[data-downloaded='1']", timeout: 30000 },
    ],
});

/** From the concept to the options it decided between; another score changes who is first. */
registry.category("web_tour.tours").add("crm_controlling_utility", {
    steps: () => [
        { trigger: ".o_data_row:contains(Customers who come back) .o_data_cell", run: "click" },
        { trigger: "button[name=action_view_utilities]", run: "click" },
        { trigger: ".o_data_row:contains(Which card?) .o_data_cell", run: "click" },
        { trigger: ".o_utility_sentence:contains(Stamps is first with 8.00 of 10)" },
        { trigger: ".o_notebook a[name=scores]", run: "click" },
        {
            content: "Another score changes who is first",
            trigger: ".o_utility_row:contains(Stamps) button[data-value='2']",
            run: "click",
        },
        { trigger: ".o_utility_row:contains(Stamps) button[data-value='2'][aria-checked=true]" },
        { trigger: ".o_notebook a[name=result]", run: "click" },
        { trigger: ".o_utility_sentence:contains(Points is first with 5.00 of 10)" },
    ],
});
