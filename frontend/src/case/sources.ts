// Filters of the merged timeline: chain, chat, case; all are shown until one is switched off.

import { find, findAll } from "../page/dom";

export function startSourceFilter(): void {
  const list = find("[data-case-timeline]");
  if (!list) return;
  for (const box of findAll<HTMLInputElement>("input[data-source-filter]")) {
    box.addEventListener("change", () => list.classList.toggle(`without-${box.value}`, !box.checked));
  }
}
