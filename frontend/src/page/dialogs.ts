// Native dialogs: opened and closed by name, the safe choice has the focus, required ticks are asked for in words.

import { find, findAll, hit, make, nearest } from "./dom";
import { openSheet, sheetButton } from "./sheet";

const DEED = "button[data-chain-action],button[data-sign-terms],button[type=submit],button:not([type])";

export function startDialogs(): void {
  // Before anybody else hears of a click: a deed with open ticks must not reach the wallet or the server.
  document.addEventListener("click", askForTicks, { capture: true });
  document.addEventListener("click", (event) => {
    const opener = hit(event, "[data-opens]");
    if (opener) open(opener.dataset.opens ?? "");
    const closer = hit(event, "[data-closes]");
    if (closer) close(closer);
    closeOnBackdrop(event);
  });
  document.addEventListener("change", (event) => {
    const box = hit<HTMLInputElement>(event, "[data-must-tick]");
    if (box?.checked) hideTickError(box);
  });
  document.addEventListener("parley:signed-out", openSignedOut);
}

function open(id: string): void {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  for (const box of findAll<HTMLInputElement>("[data-must-tick]", dialog)) {
    box.checked = false;
    hideTickError(box);
  }
  dialog.showModal();
  find("[data-safe],[data-closes],[autofocus]", dialog)?.focus();
}

function close(closer: HTMLElement): void {
  const named = closer.dataset.closes ? document.getElementById(closer.dataset.closes) : null;
  const dialog = named ?? closer.closest("dialog");
  if (dialog instanceof HTMLDialogElement) dialog.close();
}

/** A click on the dark ground beside a dialog closes it, as Escape does. */
function closeOnBackdrop(event: MouseEvent): void {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement) || !dialog.open || dialog.hasAttribute("data-stays")) return;
  const box = dialog.getBoundingClientRect();
  const isInside =
    event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  // Pressing Enter in a field also makes a click, at 0, 0.
  if (!isInside && event.detail > 0) dialog.close();
}

function askForTicks(event: Event): void {
  const button = hit<HTMLButtonElement>(event, DEED);
  const scope = button?.closest("dialog,form");
  if (!button || !scope || button.matches("[data-closes],[data-opens],[formmethod=dialog]")) return;
  const open = findAll<HTMLInputElement>("[data-must-tick]", scope).filter((box) => !box.checked);
  const [first] = open;
  if (!first) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const line = nearest(first, "[data-tick-error]");
  if (line) {
    if (!line.textContent?.trim()) line.textContent = "Tick each statement that is true, or go back.";
    line.hidden = false;
  }
  for (const box of open) box.setAttribute("aria-invalid", "true");
  first.focus();
}

function hideTickError(box: HTMLInputElement): void {
  box.removeAttribute("aria-invalid");
  const line = nearest(box, "[data-tick-error]");
  if (line) line.hidden = true;
}

/** The session ended: say it over the page, so that drafts and the trade stay in sight. */
function openSignedOut(): void {
  if (find("dialog[data-sheet=signed-out]")) return;
  const next = encodeURIComponent(location.pathname + location.search);
  const later = sheetButton("Not now");
  later.setAttribute("data-closes", "");
  const link = make("a", { class: "button button-primary", href: `/signin?next=${next}` }, "Sign in");
  const title = "Sign in again to go on. Your draft is kept.";
  openSheet({ name: "signed-out", title, body: [], actions: [later, link] }, () => undefined);
}
