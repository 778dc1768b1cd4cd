// Charts: stepping by keys and what is said of a point; the drawing itself is looked at in a real browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChartTable, pointWords, stepTo } from "../../frontend/src/charts/table";

const table: ChartTable = {
  columns: [
    { key: "market", name: "Market", ink: "main", unit: "EUR", from: "" },
    { key: "low", name: "Trades from", ink: "band", unit: "EUR", from: "" },
  ],
  xs: [1, 2],
  end: null,
  places: ["24 Nov", "25 Nov"],
  values: [
    [3000, 3010],
    [null, 3005],
  ],
  words: [
    ["3,000.00 EUR", "3,010.00 EUR"],
    ["none", "3,005.00 EUR"],
  ],
};

test("a point is told with its place, its values, and without what is missing", () => {
  assert.equal(pointWords(table, 0), "24 Nov. Market 3,000.00 EUR.");
  assert.equal(pointWords(table, 1), "25 Nov. Market 3,010.00 EUR. Trades from 3,005.00 EUR.");
});

test("keys step from point to point and stop at both ends", () => {
  assert.deepEqual(["ArrowRight", "ArrowLeft", "Home", "End"].map((key) => stepTo(key, -1, 30)), [0, 29, 0, 29]);
  assert.deepEqual(["ArrowRight", "ArrowLeft", "PageDown", "PageUp"].map((key) => stepTo(key, 5, 30)), [6, 4, 15, 0]);
  assert.equal(stepTo("ArrowRight", 29, 30), 29);
  assert.equal(stepTo("Enter", 5, 30), null);
  assert.equal(stepTo("ArrowRight", -1, 0), null);
});
