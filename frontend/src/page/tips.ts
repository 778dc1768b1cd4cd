// Safety tips: one is shown, and one that was read is not shown again on this device.

import { facts } from "./facts";
import { findAll, hit } from "./dom";
import { afterSwap } from "./swaps";

function keyOf(tip: HTMLElement): string {
  return `parley:${facts().account.toLowerCase()}:tip:${tip.dataset.tip ?? ""}`;
}

export function startTips(): void {
  document.addEventListener("click", (event) => {
    const tip = hit(event, "[data-tip-dismiss]")?.closest<HTMLElement>("[data-tip]");
    if (!tip) return;
    localStorage.setItem(keyOf(tip), "1");
    showFirst();
  });
  afterSwap(showFirst);
  showFirst();
}

/** Show the first tip that was not dismissed, and no other. */
function showFirst(): void {
  let isShown = false;
  for (const tip of findAll("[data-tip]")) {
    const isFree: boolean = !isShown && localStorage.getItem(keyOf(tip)) === null;
    tip.hidden = !isFree;
    isShown ||= isFree;
  }
}
