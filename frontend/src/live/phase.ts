// Words outside the live fragments that hold only before, or only after, the coins are locked.

import { find, findAll } from "../page/dom";

const BEFORE_LOCK = new Set(["requested", "agreed"]);

/** Show `data-before-lock` or `data-after-lock`, by the state of the newest fragment. */
export function showPhase(): void {
  const state = find("[data-live][data-state]")?.dataset.state;
  if (!state) return;
  const isBefore = BEFORE_LOCK.has(state);
  for (const words of findAll("[data-before-lock]")) words.hidden = !isBefore;
  for (const words of findAll("[data-after-lock]")) words.hidden = isBefore;
}
