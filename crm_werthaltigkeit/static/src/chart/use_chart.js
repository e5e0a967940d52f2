import { onWillStart, useEffect } from "@odoo/owl";

import { loadBundle } from "@web/core/assets";

/**
 * Draw a Chart.js chart on a canvas, anew whenever the dependencies change, and remove it with the component.
 *
 * @param {{el: HTMLCanvasElement | null}} canvas a useRef; nothing is drawn while the canvas is not there
 * @param {() => object} config of Chart.js
 * @param {() => any[]} dependencies as of useEffect
 */
export function useChart(canvas, config, dependencies) {
    onWillStart(() => loadBundle("web.chartjs_lib"));
    useEffect(() => {
        const chart = canvas.el && new Chart(canvas.el, config());
        return () => chart?.destroy();
    }, dependencies);
}
