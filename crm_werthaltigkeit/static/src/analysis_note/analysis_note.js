import { registry } from "@web/core/registry";
import { GraphController } from "@web/views/graph/graph_controller";
import { graphView } from "@web/views/graph/graph_view";
import { PivotController } from "@web/views/pivot/pivot_controller";
import { pivotView } from "@web/views/pivot/pivot_view";

/** Pivot and graph of an analysis say above the figures what is counted and how sure it is: the help of the action. */
export class AnalysisPivotController extends PivotController {
    static template = "crm_werthaltigkeit.AnalysisPivot";
}

export class AnalysisGraphController extends GraphController {
    static template = "crm_werthaltigkeit.AnalysisGraph";
}

registry
    .category("views")
    .add("analysis_pivot", { ...pivotView, Controller: AnalysisPivotController })
    .add("analysis_graph", { ...graphView, Controller: AnalysisGraphController });
