// The single polite status line that screen readers hear (`role=status`).

let pending = 0;

/** Say `text` once. Emptying first makes the same words heard again. */
export function say(text: string): void {
  const node = document.getElementById("status");
  if (!node || !text) return;
  node.textContent = "";
  window.clearTimeout(pending);
  pending = window.setTimeout(() => {
    node.textContent = text;
  }, 60);
}
