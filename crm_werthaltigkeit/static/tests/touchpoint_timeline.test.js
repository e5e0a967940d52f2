import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { animationFrame, mockDate } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { formatMoment } from "@crm_werthaltigkeit/touchpoint_timeline/touchpoint_moment";

const { DateTime } = luxon;

class Customer extends models.Model {
    name = fields.Char();

    _records = [
        { id: 7, name: "Taxi Brandt" },
        { id: 8, name: "Petra Klein" },
    ];
}

defineMailModels();
defineModels([Customer]);

const ARCH = `<form><field name="name"/><widget name="touchpoint_timeline"/></form>`;
const LABELS = {
    direction: { in: "Inbound", out: "Outbound" },
    stage: { repeat: "Repeat Purchase" },
    satisfaction: { bad: "☹ Unhappy", good: "☺ Happy" },
};

function line(values) {
    return {
        id: 1,
        date: "2026-11-18 09:12:00",
        approximate: false,
        kind: { id: 1, name: "Contact", icon: "fa-comments-o" },
        channel: { id: 2, name: "Phone", icon: "fa-phone" },
        direction: "in",
        stage: false,
        satisfaction: false,
        contact: "",
        user: "",
        reason: "",
        summary: "",
        minutes: 0,
        cost: 0,
        cost_currency_id: 1,
        amount: 0,
        currency_id: 1,
        automatic: false,
        editable: true,
        ...values,
    };
}

/** Answer like the server: a page of these lines, and facets with two kinds. */
function mockTimeline(lines) {
    onRpc("crm.touchpoint", "get_timeline", ({ args, kwargs }) => {
        const { filters, offset, limit } = kwargs;
        expect.step(`partner ${args[0]}, ${JSON.stringify(filters)}, ${offset}+${limit}`);
        const matching = lines.filter(
            ({ kind, satisfaction }) =>
                (!("kind" in filters) || kind.id === filters.kind) &&
                (!("satisfaction" in filters) || satisfaction === filters.satisfaction)
        );
        return {
            lines: matching.slice(offset, offset + limit),
            count: matching.length,
            count_all: lines.length,
            labels: LABELS,
            facets: {
                kind: lines.length
                    ? [
                          { value: 1, label: "Contact", icon: "fa-comments-o", count: 1 },
                          { value: 3, label: "Order", icon: "fa-shopping-cart", count: 1 },
                      ]
                    : [],
                channel: [],
                year: [],
                direction: [],
                stage: [],
                satisfaction: [{ value: "good", label: "☺ Happy", count: 1 }],
                unrated: 1,
            },
        };
    });
}

describe("when", () => {
    const now = DateTime.fromISO("2026-11-22T12:00:00");

    test.tags("headless");
    test("recent days by name, then the date, and the year only where it is another", () => {
        expect(formatMoment(now.minus({ hours: 2 }), now)).toBe("today 10:00 AM");
        expect(formatMoment(now.minus({ days: 1, hours: 3 }), now)).toBe("yesterday 9:00 AM");
        expect(formatMoment(now.minus({ days: 3 }), now)).toBe("3 days ago");
        expect(formatMoment(now.minus({ days: 20 }), now)).toBe("Nov 02");
        expect(formatMoment(now.minus({ years: 1 }), now)).toBe("Nov 22, 2025");
    });
});

test("a line tells what happened, with whom, and what it took or brought", async () => {
    mockDate("2026-11-22 12:00:00");
    mockTimeline([
        line({
            contact: "Anna Sommer",
            summary: "Asked for brake pads",
            minutes: 6,
            satisfaction: "good",
        }),
        line({
            id: 2,
            date: "2025-05-04 08:00:00",
            approximate: true,
            kind: { id: 3, name: "Order", icon: "fa-shopping-cart" },
            channel: false,
            stage: "repeat",
            amount: -84,
            editable: false,
        }),
    ]);
    await mountView({ type: "form", resModel: "customer", resId: 7, arch: ARCH });
    expect.verifySteps(["partner 7, {}, 0+30"]);
    expect(".o_touchpoint_line").toHaveCount(2);
    expect(".o_touchpoint_count").toHaveText("2 touchpoints");
    const first = ".o_touchpoint_line[data-id='1']";
    expect(`${first} .o_touchpoint_text`).toHaveText(
        /Contact.*Phone · Anna Sommer.*Asked for brake pads/s
    );
    expect(`${first} .o_touchpoint_figures`).toHaveText("6 min");
    expect(`${first} .fa-smile-o`).toHaveAttribute("aria-label", "Happy");
    expect(`${first} [aria-label="Inbound"]`).toHaveCount(1);
    expect(`${first} .o_touchpoint_annotate`).toHaveCount(1);
    const second = ".o_touchpoint_line[data-id='2']";
    expect(`${second} time`).toHaveText(/^≈/);
    expect(`${second} .o_touchpoint_figures`).toHaveText(/Repeat Purchase.*-84/s);
    expect(`${second} .o_touchpoint_annotate`).toHaveCount(0);
    expect(".o_touchpoint_timeline h3").toHaveText("2025");
});

test("filters go to the server and can be taken back", async () => {
    mockTimeline([
        line({ satisfaction: "good" }),
        line({ id: 2, kind: { id: 3, name: "Order", icon: "" } }),
    ]);
    await mountView({ type: "form", resModel: "customer", resId: 7, arch: ARCH });
    expect(".o_touchpoint_filter").toHaveCount(1);
    await contains(".o_touchpoint_filter[data-filter=kind]").click();
    await contains(".o-dropdown-item:contains(Order)").click();
    expect(".o_touchpoint_count").toHaveText("1 of 2 touchpoints");
    await contains(".o_touchpoint_smiley[data-value=good]").click();
    expect(".o_touchpoint_no_match").toHaveCount(1);
    await contains(".o_touchpoint_clear").click();
    expect(".o_touchpoint_line").toHaveCount(2);
    await contains(".o_touchpoint_smiley[data-value=none]").click();
    expect(".o_touchpoint_line").toHaveCount(1);
    expect.verifySteps([
        "partner 7, {}, 0+30",
        'partner 7, {"kind":3}, 0+30',
        'partner 7, {"kind":3,"satisfaction":"good"}, 0+30',
        "partner 7, {}, 0+30",
        'partner 7, {"satisfaction":false}, 0+30',
    ]);
});

test("more lines come when asked for", async () => {
    mockTimeline(Array.from({ length: 45 }, (_, index) => line({ id: index + 1 })));
    await mountView({ type: "form", resModel: "customer", resId: 7, arch: ARCH });
    expect(".o_touchpoint_line").toHaveCount(30);
    await contains(".o_touchpoint_more").click();
    expect(".o_touchpoint_line").toHaveCount(45);
    expect(".o_touchpoint_more").toHaveCount(0);
    expect.verifySteps(["partner 7, {}, 0+30", "partner 7, {}, 30+30"]);
});

test("the pager shows the history of the next customer", async () => {
    mockTimeline([line({})]);
    await mountView({ type: "form", resModel: "customer", resId: 7, resIds: [7, 8], arch: ARCH });
    await contains(".o_pager_next").click();
    await animationFrame();
    expect.verifySteps(["partner 7, {}, 0+30", "partner 8, {}, 0+30"]);
});

test("an empty history says what to do; logging reloads it", async () => {
    const lines = [];
    mockTimeline(lines);
    onRpc("crm.touchpoint", "action_log_contact", ({ args }) => {
        expect.step(`log for ${args[0].default_partner_id}`);
        return { type: "ir.actions.act_window", target: "new" };
    });
    mockService("action", {
        async doAction(_action, { onClose }) {
            lines.push(line({}));
            await onClose();
        },
    });
    await mountView({ type: "form", resModel: "customer", resId: 7, arch: ARCH });
    expect(".o_touchpoint_empty").toHaveText(/No history yet/);
    await contains(".o_touchpoint_log").click();
    await animationFrame();
    expect(".o_touchpoint_line").toHaveCount(1);
    expect.verifySteps(["partner 7, {}, 0+30", "log for 7", "partner 7, {}, 0+30"]);
});
