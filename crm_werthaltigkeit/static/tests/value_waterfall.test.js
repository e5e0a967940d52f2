import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import {
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { squeeze, ticksBetween } from "@crm_werthaltigkeit/value_portfolio/portfolio_chart";
import { placeBars } from "@crm_werthaltigkeit/value_waterfall/waterfall_bars";

class Customer extends models.Model {
    name = fields.Char();
    value_id = fields.Many2one({ relation: "worth" });

    _records = [
        { id: 7, name: "Taxi Brandt", value_id: 3 },
        { id: 8, name: "Petra Klein", value_id: false },
    ];
}

class Worth extends models.Model {
    name = fields.Char();

    _records = [{ id: 3, name: "Taxi Brandt" }];
}

defineMailModels();
defineModels([Customer, Worth]);

const ARCH = `
    <form>
        <field name="value_id" invisible="1"/>
        <widget name="value_waterfall" options="{'value_field': 'value_id'}"/>
    </form>`;

function part(key, amount, values = {}) {
    const base = { key, label: key, amount, total: false, source: "from 2 orders" };
    return { ...base, action: `action_view_${key}`, ...values };
}

function waterfall(values = {}) {
    return {
        id: 3,
        currency_id: 1,
        period: "Last 12 months",
        company: "Autohaus",
        stale: false,
        lines: [
            part("gross", 100),
            part("cost", -60),
            part("db1", 40, { total: true, action: false }),
        ],
        touchpoints: "",
        missing: [],
        class: { value: "A", trend: "up", manual: false, rfm: "5-5-5", can_override: false },
        expectation: { method: "none", text: "Too little data", facts: [], card: "" },
        ...values,
    };
}

describe("bars", () => {
    test("parts start where the one before ended, totals at zero", () => {
        const { zero, bars } = placeBars([
            { amount: 200, total: false },
            { amount: -50, total: false },
            { amount: 150, total: true },
        ]);
        expect(zero).toBe(0);
        expect(bars).toEqual([
            { left: 0, width: 100 },
            { left: 75, width: 25 },
            { left: 0, width: 75 },
        ]);
    });

    test("below zero the axis moves to the right", () => {
        const { zero, bars } = placeBars([
            { amount: 60, total: false },
            { amount: -100, total: false },
            { amount: -40, total: true },
        ]);
        expect(zero).toBe(40);
        expect(bars[1]).toEqual({ left: 0, width: 100 });
        expect(bars[2]).toEqual({ left: 0, width: 40 });
    });

    test("nothing has no width, little stays visible", () => {
        const { bars } = placeBars([
            { amount: 100000, total: false },
            { amount: -1, total: false },
            { amount: 0, total: false },
        ]);
        expect(bars[1].width).toBeGreaterThan(0.5);
        expect(bars[1].left + bars[1].width <= 100).toBe(true);
        expect(bars[2].width).toBe(0);
    });

    test("no parts at all", () => {
        expect(placeBars([])).toEqual({ zero: 0, bars: [] });
    });
});

test("ticks of the portfolio are round amounts that keep their distance", () => {
    const ticks = ticksBetween(-80, 9000);
    expect(ticks).toInclude(0);
    expect(ticks.every((tick) => tick >= -80 && tick <= 9000)).toBe(true);
    const gap = (squeeze(9000) - squeeze(-80)) / 6;
    for (let i = 1; i < ticks.length; i++) {
        expect(squeeze(ticks[i]) - squeeze(ticks[i - 1])).toBeGreaterThan(gap * 0.99);
    }
    expect(ticksBetween(0, 0)).toEqual([0]);
});

test("each part has a number, a source and a button that opens its records", async () => {
    onRpc("crm.customer.value", "get_waterfall", ({ args }) => {
        expect(args[0]).toEqual([3]);
        return waterfall();
    });
    onRpc("crm.customer.value", "action_view_cost", () => ({ type: "ir.actions.act_window" }));
    mockService("action", {
        doAction: (action) => expect.step(action.type),
    });
    await mountView({ type: "form", resModel: "customer", resId: 7, arch: ARCH });
    expect(".o_waterfall_line").toHaveCount(3);
    expect(".o_waterfall_line[data-part=cost] .o_waterfall_source").toHaveText("from 2 orders");
    expect(".o_waterfall_line[data-part=db1] button").toHaveCount(0);
    expect(".o_value_outlook").toHaveText(/Too little data/);
    await contains(".o_waterfall_line[data-part=cost] button").click();
    expect.verifySteps(["ir.actions.act_window"]);
});

test("what is missing leads to where it is put right, then the figures are read again", async () => {
    let calls = 0;
    onRpc("crm.customer.value", "get_waterfall", () => {
        calls++;
        return waterfall({
            missing: calls > 1 ? [] : [{ text: "Rates?", label: "Right", action: "action_confirm" }],
        });
    });
    onRpc("crm.customer.value", "action_confirm", () => ({ type: "ir.actions.client", tag: "x" }));
    mockService("action", { doAction: () => Promise.resolve() });
    await mountView({ type: "form", resModel: "customer", resId: 7, arch: ARCH });
    await contains(".o_value_missing button").click();
    expect(".o_value_missing").toHaveCount(0);
    expect(calls).toBe(2);
});

test("without a value nothing is asked of the server", async () => {
    onRpc("crm.customer.value", "get_waterfall", () => expect.step("asked"));
    await mountView({ type: "form", resModel: "customer", resId: 8, arch: ARCH });
    expect(".o_value_waterfall").toHaveCount(0);
    expect.verifySteps([]);
});
