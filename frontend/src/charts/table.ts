// A chart's data is its table in the page: one source for the eye, the ear and the drawing.

import { findAll } from "../page/dom";

export interface Column {
  readonly key: string;
  readonly name: string;
  readonly ink: string;
  readonly unit: string;
  /** The column that is the lower edge of the band this one closes. */
  readonly from: string;
}

export interface ChartTable {
  readonly columns: readonly Column[];
  readonly xs: readonly number[];
  /** Where the last block ends, for charts made of blocks. */
  readonly end: number | null;
  /** Where each point stands, in words. */
  readonly places: readonly string[];
  /** Values by column, null for gaps, and the same in words. */
  readonly values: readonly (readonly (number | null)[])[];
  readonly words: readonly (readonly string[])[];
}

export function readTable(table: HTMLTableElement): ChartTable {
  const columns = findAll("thead th[data-key]", table).map((head) => ({
    key: head.dataset["key"] ?? "",
    name: head.textContent ?? "",
    ink: head.dataset["ink"] ?? "",
    unit: head.dataset["unit"] ?? "",
    from: head.dataset["from"] ?? "",
  }));
  const rows = findAll<HTMLTableRowElement>("tbody tr", table);
  const cells = rows.map((row) => findAll("td", row));
  return {
    columns,
    xs: rows.map((row) => Number(row.dataset["x"])),
    end: readValue(rows.at(-1)?.dataset["end"]),
    places: rows.map((row) => row.querySelector("th")?.textContent ?? ""),
    values: columns.map((_, place) => cells.map((row) => readValue(row[place]?.dataset["v"]))),
    words: columns.map((_, place) => cells.map((row) => row[place]?.textContent ?? "")),
  };
}

function readValue(text: string | undefined): number | null {
  return text ? Number(text) : null;
}

/** What is said of one point: `24 Nov, 14:10. Market 3,012.10 EUR. Trades from none.` leaves out what is not there. */
export function pointWords(table: ChartTable, at: number): string {
  const parts = table.columns.map((column, place) =>
    table.values[place]?.[at] == null ? "" : `${column.name} ${table.words[place]?.[at] ?? ""}`,
  );
  return [table.places[at] ?? "", ...parts].filter(Boolean).join(". ") + ".";
}

const PAGE = 10;

/** The point a key leads to from point `at` (-1: none yet), or null for a key that means nothing here. */
export function stepTo(key: string, at: number, count: number): number | null {
  const steps: Record<string, number> = {
    ArrowRight: at + 1,
    ArrowLeft: at < 0 ? count - 1 : at - 1,
    PageDown: at + PAGE,
    PageUp: at < 0 ? count - 1 : at - PAGE,
    Home: 0,
    End: count - 1,
  };
  const wanted = steps[key];
  return wanted === undefined || count === 0 ? null : Math.min(count - 1, Math.max(0, wanted));
}
