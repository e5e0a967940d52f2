import { loadJS } from "@web/core/assets";
import { registry } from "@web/core/registry";

const SUBJECT = "Tyre lost air";

/** A customer on the portal: card, complaint, consent. */
registry.category("web_tour.tours").add("crm_kundenbindung_portal", {
    steps: () => [
        {
            trigger: ".o_kundenbindung_home a[href='/my/cards']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".list-group a:contains(Stamp Card)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Seven of ten stamps, also for a screen reader",
            trigger: ".o_card_stamps[aria-label='7 of 10 stamps']",
        },
        {
            content: "The QR code leads to the card's own page",
            trigger: ".o_card_qr",
            async run({ anchor }) {
                await loadJS("/web/static/lib/zxing-library/zxing-library.js");
                const result = await new window.ZXing.BrowserQRCodeReader().decodeFromImageElement(anchor);
                const link = document.querySelector("a[href*='/card/']").href;
                if (result.getText() !== link) {
                    throw new Error(`The code says ${result.getText()}, the page ${link}`);
                }
            },
        },
        {
            trigger: ".o_kundenbindung_statement tbody tr",
        },
        {
            trigger: ".breadcrumb a[href='/my/home']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_kundenbindung_home a[href='/my/complaints']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "a[href='/my/complaints/new']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "input[name=subject]",
            run: `edit ${SUBJECT}`,
        },
        {
            trigger: "textarea[name=text]",
            run: "edit The day after the change",
        },
        {
            trigger: "form[action='/my/complaints/new'] button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: `h1:contains(${SUBJECT})`,
        },
        {
            trigger: ".alert-success[role=status]",
        },
        {
            trigger: ".breadcrumb a[href='/my/home']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_kundenbindung_home a[href='/my/consents']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "#consent_mail button[value=withdrawn]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "#consent_mail button[value=given]",
        },
        {
            trigger: "#consent_mail .badge:contains(Not agreed)",
        },
    ],
});
