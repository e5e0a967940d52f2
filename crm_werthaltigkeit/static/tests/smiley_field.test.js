import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { expect, test } from "@odoo/hoot";
import { press } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { contains, defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

class Touchpoint extends models.Model {
    satisfaction = fields.Selection({
        string: "Satisfaction",
        selection: [
            ["bad", "Unhappy"],
            ["neutral", "Neutral"],
            ["good", "Happy"],
        ],
    });

    _records = [
        { id: 1, satisfaction: "bad" },
        { id: 2, satisfaction: false },
    ];
}

defineMailModels();
defineModels([Touchpoint]);

const ARCH = `<form><field name="satisfaction" widget="smiley"/></form>`;

test("three buttons with a name each; the value is pressed", async () => {
    await mountView({ type: "form", resModel: "touchpoint", resId: 1, arch: ARCH });
    expect(".o_smiley_buttons button").toHaveCount(3);
    expect(".o_smiley_buttons").toHaveAttribute("aria-label", "Satisfaction");
    expect("button[data-value=bad]").toHaveAttribute("aria-pressed", "true");
    expect("button[data-value=bad]").toHaveAttribute("aria-label", "Unhappy");
    expect("button[data-value=good]").toHaveAttribute("aria-pressed", "false");
});

test("a press chooses, a second press takes it back", async () => {
    await mountView({ type: "form", resModel: "touchpoint", resId: 1, arch: ARCH });
    await contains("button[data-value=good]").click();
    expect("button[aria-pressed=true]").toHaveCount(1);
    expect("button[data-value=good]").toHaveAttribute("aria-pressed", "true");
    await contains("button[data-value=good]").click();
    expect("button[aria-pressed=true]").toHaveCount(0);
});

test("a required smiley is not taken back", async () => {
    const arch = ARCH.replace("/>", ` required="1"/>`);
    await mountView({ type: "form", resModel: "touchpoint", resId: 1, arch });
    await contains("button[data-value=bad]").click();
    expect("button[data-value=bad]").toHaveAttribute("aria-pressed", "true");
});

test("arrow keys move between the smileys", async () => {
    await mountView({ type: "form", resModel: "touchpoint", resId: 2, arch: ARCH });
    await contains("button[data-value=bad]").focus();
    await press("ArrowRight");
    await animationFrame();
    expect("button[data-value=neutral]").toBeFocused();
});

test("readonly shows the smiley with its word, and nothing where nobody gave one", async () => {
    await mountView({
        type: "list",
        resModel: "touchpoint",
        arch: `<list><field name="satisfaction" widget="smiley"/></list>`,
    });
    expect(".o_smiley_readonly").toHaveCount(2);
    expect(".o_smiley_readonly:first").toHaveText("Unhappy");
    expect(".o_smiley_readonly:first .fa-frown-o").toHaveCount(1);
    expect(".o_smiley_readonly:last").toHaveText("");
});
