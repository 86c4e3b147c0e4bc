// The charts, components and renderer of Apache ECharts that the report page uses.
// `npm ci && npm run build` makes charts.min.js of it.
export { init, use } from "echarts/core";
import { use } from "echarts/core";
import { BarChart, CustomChart, LineChart, ParallelChart, ScatterChart } from "echarts/charts";
import { GridComponent, ParallelComponent, TooltipComponent, VisualMapContinuousComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";

use([
  BarChart, CustomChart, LineChart, ParallelChart, ScatterChart,
  GridComponent, ParallelComponent, TooltipComponent, VisualMapContinuousComponent,
  CanvasRenderer,
]);
