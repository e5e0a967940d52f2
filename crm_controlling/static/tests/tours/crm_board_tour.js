import { registry } from "@web/core/registry";

/** Filter by a team, open a number, come back to the same filter; from a goal and back; an old link with a filter that is gone. */
registry.category("web_tour.tours").add("crm_controlling_board", {
    steps: () => [
        {
            trigger: ".o_goal_card:contains(More repeat buyers):contains(Off plan)",
        },
        {
            trigger: "[data-part=structure] tr[data-class=A] button:contains(1)",
        },
        {
            trigger: "select[name=team]",
            run: "selectByLabel South",
        },
        {
            content: "The class of the other team is gone, and the URL knows the team",
            trigger: "[data-part=structure] table:not(:has(tr[data-class=A])) tr[data-class=B] button",
            run() {
                if (!new URL(window.location.href).searchParams.get("team")) {
                    throw new Error("The filter is not in the URL");
                }
            },
        },
        {
            trigger: "[data-part=structure] tr[data-class=B] button",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Good GmbH)",
        },
        {
            trigger: ".breadcrumb-item:contains(Board) a, .o_back_button a",
            run: "click",
        },
        {
            content: "Back on the board, the filter still holds",
            trigger: "[data-part=structure] table:not(:has(tr[data-class=A])) tr[data-class=B]",
        },
        {
            trigger: "select[name=team]",
            run: "selectByLabel All teams",
        },
        {
            trigger: "[data-part=structure] tr[data-class=A]",
        },
        {
            trigger: ".o_goal_card:contains(More repeat buyers)",
            run: "click",
        },
        {
            trigger: ".o_form_view:contains(More repeat buyers)",
        },
        {
            trigger: ".breadcrumb-item:contains(Board) a, .o_back_button a",
            run: "click",
        },
        {
            trigger: ".o_board [data-part=risk] .o_board_customer:contains(Best GmbH)",
        },
    ],
});

function* components(node) {
    yield node.component;
    for (const child of Object.values(node.children)) {
        yield* components(child);
    }
}

/** All cells of the spreadsheet that is shown, as {type, text}. */
function cells() {
    const root = odoo.__WOWL_DEBUG__.root.__owl__;
    const found = [...components(root)].find(
        ({ props }) => props?.model?.getters?.getEvaluatedCells
    );
    if (!found) {
        return [];
    }
    const { getters } = found.props.model;
    return getters
        .getEvaluatedCells(getters.getActiveSheetId())
        .map((cell) => ({ type: cell.type, text: `${cell.formattedValue ?? cell.value}` }));
}

/** The dashboard loads, no cell is an error, and its figures are those of the database. */
registry.category("web_tour.tours").add("crm_controlling_spreadsheet", {
    steps: () => [
        {
            trigger: ".o-grid canvas",
            async run() {
                for (let tries = 0; tries < 100; tries++) {
                    const texts = cells().map(({ text }) => text);
                    if (
                        texts.includes("More repeat buyers") &&
                        !texts.some((text) => text.startsWith("Loading"))
                    ) {
                        break;
                    }
                    await new Promise((resolve) => setTimeout(resolve, 200));
                }
                const shown = cells();
                const wrong = shown.filter(({ type }) => type === "error");
                const missing = ["More repeat buyers", "30.0 %", "40.0 %"].filter(
                    (wanted) => !shown.some(({ text }) => text === wanted)
                );
                if (wrong.length || missing.length) {
                    throw new Error(
                        `Errors: ${JSON.stringify(wrong)}, missing: ${missing}, shown: ${JSON.stringify(shown.slice(0, 40))}`
                    );
                }
            },
        },
    ],
});
