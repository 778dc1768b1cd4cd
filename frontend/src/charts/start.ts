// Finds the charts of a page, draws them, keeps them in size and colour, and lets keys step through their points.

import type uPlot from "uplot";
import { find, findAll } from "../page/dom";
import { say } from "../page/status";
import { draw, type Kind } from "./draw";
import { onThemeChange, readInks } from "./inks";
import { type ChartTable, pointWords, readTable, stepTo } from "./table";

const HEIGHT = 240;

export function startCharts(): void {
  for (const figure of findAll("figure[data-chart]")) startChart(figure);
}

function startChart(figure: HTMLElement): void {
  const place = find(".chart-plot", figure);
  const table = find<HTMLTableElement>("table", figure);
  if (!place || !table) return;
  const data = readTable(table);
  let plot = show(figure, place, data);
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT })).observe(place);
  onThemeChange(() => {
    plot.destroy();
    plot = show(figure, place, data);
  });
  letKeysStep(place, data, (at) => {
    plot.setCursor({ left: plot.valToPos(data.xs[at] ?? 0, "x"), top: 0 });
  });
}

function show(figure: HTMLElement, place: HTMLElement, data: ChartTable): uPlot {
  place.dataset["drawn"] = "";
  return draw(place, data, readInks(figure), {
    kind: figure.dataset["chart"] as Kind,
    isTime: "time" in figure.dataset,
    width: place.clientWidth,
    height: HEIGHT,
    onCursor: (at) => tell(figure, data, at),
  });
}

/** The point under the cursor, in words below the chart. */
function tell(figure: HTMLElement, data: ChartTable, at: number | null): void {
  const line = find("[data-point]", figure);
  if (!line) return;
  line.hidden = false;
  line.textContent = at === null ? "Point at the chart, or focus it and use the arrow keys." : pointWords(data, at);
}

function letKeysStep(place: HTMLElement, data: ChartTable, go: (at: number) => void): void {
  let at = -1;
  place.tabIndex = 0;
  place.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const next = stepTo(event.key, at, data.xs.length);
    if (next === null) return;
    event.preventDefault();
    at = next;
    go(at);
    say(pointWords(data, at));
  });
}
