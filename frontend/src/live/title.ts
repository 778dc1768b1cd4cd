// The tab says whose turn it is: title and icon follow the newest fragment.

import { find } from "../page/dom";

/** Take the title from the fragment that carries one. */
export function updateTitle(): void {
  const title = find("[data-live][data-title]")?.dataset.title;
  if (title && document.title !== title) document.title = title;
  const icon = find<HTMLLinkElement>('link[rel="icon"]');
  if (!icon) return;
  const { alert = "", plain = icon.getAttribute("href") ?? "" } = icon.dataset;
  icon.dataset.plain = plain;
  const wanted = alert && document.title.startsWith("(") ? alert : plain;
  if (icon.getAttribute("href") !== wanted) icon.setAttribute("href", wanted);
}
