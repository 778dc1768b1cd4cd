// Keys of the arbiter's desk: j and k for the next and last case, 1 to 4 for its parts, ? for the list of them.
// They can be switched off, and never fire while somebody types.

import { find, findAll } from "../page/dom";

const SWITCH = "parley:case-keys";

export function startQueueKeys(): void {
  const help = find<HTMLDialogElement>("#case-keys");
  if (!help) return;
  const box = find<HTMLInputElement>("[data-keys-on]", help);
  if (box) {
    box.checked = localStorage.getItem(SWITCH) !== "off";
    box.addEventListener("change", () => localStorage.setItem(SWITCH, box.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", (event) => {
    const at = event.target;
    const isTyping = at instanceof HTMLElement && at.matches("input,textarea,select,[contenteditable]");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || find("dialog[open]")) return;
    if (event.key === "?") help.showModal();
    else if (localStorage.getItem(SWITCH) !== "off") go(event.key);
  });
}

function go(key: string): void {
  if (key === "j" || key === "k") {
    find<HTMLAnchorElement>(key === "j" ? "a[data-next-case]" : "a[data-last-case]")?.click();
  } else if (/^[1-4]$/.test(key)) {
    const part = findAll("[data-case-part]")[Number(key) - 1];
    part?.scrollIntoView();
    part?.querySelector<HTMLElement>("h2")?.focus();
  }
}
