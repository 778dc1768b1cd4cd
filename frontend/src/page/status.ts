// The single polite status line that screen readers hear (`role=status`).

const SHOWN_MS = 6_000;
// So long the answer to a press stands before a word about something that is seen elsewhere may take its place.
const LEAST_MS = 2_000;
let pending = 0;
let since = 0;

/** Say `text` once; it is also seen for a few seconds. Emptying first makes the same words heard again. */
export function say(text: string): void {
  const node = document.getElementById("status");
  if (!node || !text) return;
  since = Date.now();
  node.textContent = "";
  window.clearTimeout(pending);
  pending = window.setTimeout(() => {
    node.textContent = text;
    pending = window.setTimeout(() => node.replaceChildren(), SHOWN_MS);
  }, 60);
}

/** Say `text` unless something else was said just now. Returns whether it was said. */
export function sayIfQuiet(text: string): boolean {
  if (Date.now() - since < LEAST_MS) return false;
  say(text);
  return true;
}
