// From a table to uPlot's options: lines with bands, bars and steps, with axes in the page's own type and language.

import uPlot from "uplot";
import type { Inks } from "./inks";
import type { ChartTable } from "./table";

export type Kind = "line" | "blocks" | "steps";

export interface Plan {
  readonly kind: Kind;
  readonly isTime: boolean;
  readonly width: number;
  readonly height: number;
  readonly onCursor: (at: number | null) => void;
}

const DAY = 86_400;
const FEW = 40;
const FONT = "12px system-ui, sans-serif";

export function draw(into: HTMLElement, table: ChartTable, inks: Inks, plan: Plan): uPlot {
  const drawn = table.columns.map((_, place) => place).filter((place) => table.columns[place]?.ink !== "none");
  const closed = plan.kind === "blocks" && table.end !== null;
  // A block ends where the next one begins; the last one needs an end of its own.
  const xs = closed ? [...table.xs, table.end] : table.xs;
  const data = [xs, ...drawn.map((place) => extended(table.values[place] ?? [], closed))] as uPlot.AlignedData;
  const options: uPlot.Options = {
    width: plan.width,
    height: plan.height,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, points: { size: 8 } },
    scales: {
      x: { time: plan.isTime, range: (_, low, high) => spread(low, high, table, plan) },
      y: { range: reach(plan.kind) },
    },
    axes: [xAxis(inks, plan), yAxis(inks)],
    series: [{}, ...drawn.map((place) => series(table, place, inks, plan.kind))],
    bands: bands(table, drawn, inks),
    hooks: { setCursor: [(plot) => plan.onCursor(pointAt(plot, table, plan.kind))] },
  };
  return new uPlot(options, data, into);
}

function extended(values: readonly (number | null)[], closed: boolean): readonly (number | null)[] {
  return closed ? [...values, values.at(-1) ?? null] : values;
}

/** The point under the cursor: the nearest of a line, and of a block or a stair the one whose reach it is in. */
function pointAt(plot: uPlot, table: ChartTable, kind: Kind): number | null {
  const { idx, left } = plot.cursor;
  if (idx === null || idx === undefined || left === undefined || left < 0) return null;
  if (kind === "line") return idx;
  const x = plot.posToVal(left + 0.5, "x");
  return Math.max(0, table.xs.filter((start) => start <= x).length - 1);
}

/** One point needs room on both sides, and few points are drawn as dots that must not be cut. */
function spread(low: number, high: number, table: ChartTable, plan: Plan): uPlot.Range.MinMax {
  if (low === high) return plan.isTime ? [low - DAY, high + DAY] : [low - 1, high + 1];
  const room = plan.kind === "line" && table.xs.length <= FEW ? (high - low) * 0.03 : 0;
  return [low - room, high + room];
}

function reach(kind: Kind): uPlot.Range.Function {
  return (_, low, high) => {
    if (low === null || high === null) return [0, 1];
    if (kind !== "line") return [0, high > 0 ? high * 1.08 : 1];
    const room = (high - low || Math.abs(high) || 1) * 0.08;
    return [Math.max(0, low - room), high + room];
  };
}

function series(table: ChartTable, place: number, inks: Inks, kind: Kind): uPlot.Series {
  const column = table.columns[place];
  const ink = column?.ink ?? "main";
  const isEdge = column?.from !== "" || table.columns.some((other) => other.from === column?.key);
  const shared = { label: column?.name ?? "", stroke: inks.of(ink), points: { show: false } };
  if (kind !== "line" && uPlot.paths.stepped) {
    // What can be sold at a distance holds towards the market's lower side.
    const paths = uPlot.paths.stepped({ align: ink === "sell" ? -1 : 1 });
    return { ...shared, fill: inks.faint(ink), width: 2, paths };
  }
  const few = table.xs.length <= FEW && !isEdge;
  return { ...shared, width: isEdge ? 0 : 2, points: few ? { show: true, size: 6, fill: inks.of(ink) } : { show: false } };
}

function bands(table: ChartTable, drawn: readonly number[], inks: Inks): uPlot.Band[] {
  const number = (key: string): number => 1 + drawn.findIndex((place) => table.columns[place]?.key === key);
  return table.columns
    .filter((column) => column.from)
    .map((column) => ({ series: [number(column.key), number(column.from)], fill: inks.faint(column.ink) }));
}

function xAxis(inks: Inks, plan: Plan): uPlot.Axis {
  return {
    stroke: inks.of("axis"),
    font: FONT,
    grid: { show: false },
    ticks: { stroke: inks.of("grid"), size: 4 },
    size: 32,
    space: 56,
    values: (_, splits, __, ___, step) => splits.map((split) => (plan.isTime ? timeWords(split, step) : percentWords(split))),
  };
}

function yAxis(inks: Inks): uPlot.Axis {
  return {
    stroke: inks.of("axis"),
    font: FONT,
    grid: { stroke: inks.of("grid"), width: 1 },
    ticks: { show: false },
    size: 64,
    values: (_, splits) => splits.map((split) => numberWords(split)),
  };
}

function timeWords(seconds: number, step: number): string {
  const form: Intl.DateTimeFormatOptions =
    step < DAY ? { hour: "2-digit", minute: "2-digit", hour12: false } : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(language(), form).format(new Date(seconds * 1000));
}

export function percentWords(share: number): string {
  return share === 0 ? "market" : `${share > 0 ? "+" : "\u2212"}${numberWords(Math.abs(share))}%`;
}

function numberWords(value: number): string {
  return new Intl.NumberFormat(language(), { maximumSignificantDigits: 5 }).format(value);
}

function language(): string {
  return document.documentElement.lang || "en";
}
