// Draws the charts of the statistics page from their tables. Loaded there only; without it tables and sparklines remain.

import { startCharts } from "./charts/start";
import { whenReady } from "./page/dom";

whenReady(startCharts);
