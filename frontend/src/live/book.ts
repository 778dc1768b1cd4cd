// The market's rows: prices change where they stand, a row that is gone is struck for a moment. Nothing moves.

import { find, findAll, make } from "../page/dom";

const STRUCK_MS = 5_000;

/** Write what the newest news fragment says of the rows on screen. */
export function updateRows(): void {
  for (const news of findAll("[data-book-rows] > [data-code]")) {
    const row = find(`tr[data-offer="${CSS.escape(news.dataset.code ?? "")}"]`);
    if (!row || row.hasAttribute("data-gone")) continue;
    if (news.hasAttribute("data-gone")) strike(row);
    else {
      write(row, "[data-price]", news.dataset.price);
      write(row, "[data-words]", news.dataset.words);
      write(row, "[data-deal]", news.dataset.deal);
    }
  }
}

function write(row: HTMLElement, part: string, words: string | undefined): void {
  const node = find(part, row);
  if (node && words && node.textContent !== words) node.textContent = words;
}

function strike(row: HTMLElement): void {
  row.setAttribute("data-gone", "");
  const action = find(".cell-action", row);
  // Focus must not vanish with the button: the row's own word takes its place.
  const hadFocus = action?.contains(document.activeElement) ?? false;
  const words = make("span", { class: "offer-reason", tabindex: "-1" }, "Taken");
  action?.replaceChildren(words);
  if (hadFocus) words.focus();
  window.setTimeout(() => {
    if (!row.contains(document.activeElement)) row.hidden = true;
  }, STRUCK_MS);
}
