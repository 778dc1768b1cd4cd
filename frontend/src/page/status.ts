// The single polite status line that screen readers hear (`role=status`).

const SHOWN_MS = 6_000;
let pending = 0;

/** Say `text` once; it is also seen for a few seconds. Emptying first makes the same words heard again. */
export function say(text: string): void {
  const node = document.getElementById("status");
  if (!node || !text) return;
  node.textContent = "";
  window.clearTimeout(pending);
  pending = window.setTimeout(() => {
    node.textContent = text;
    pending = window.setTimeout(() => node.replaceChildren(), SHOWN_MS);
  }, 60);
}
