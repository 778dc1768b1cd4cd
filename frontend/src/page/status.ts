// The single polite status line that screen readers hear (`role=status`).

const SHOWN_MS = 6_000;
// What comes meanwhile waits this long, so that nobody loses the answer to a press to a word about the connection.
const LEAST_MS = 2_000;
const waiting: string[] = [];
let pending = 0;
let since = 0;

/** Say `text` once; it is also seen for a few seconds. Emptying first makes the same words heard again. */
export function say(text: string): void {
  if (!text || waiting.at(-1) === text) return;
  waiting.push(text);
  if (waiting.length === 1) next();
}

function next(): void {
  const node = document.getElementById("status");
  const text = waiting[0];
  if (!node || text === undefined) {
    waiting.length = 0;
    return;
  }
  window.clearTimeout(pending);
  const left = Math.max(0, since + LEAST_MS - Date.now());
  pending = window.setTimeout(() => {
    node.textContent = "";
    pending = window.setTimeout(() => {
      node.textContent = text;
      since = Date.now();
      waiting.shift();
      if (waiting.length > 0) next();
      else pending = window.setTimeout(() => node.replaceChildren(), SHOWN_MS);
    }, 60);
  }, left);
}
