// Copy buttons: say what was copied, on the button for two seconds and in the status line.

import { hit } from "./dom";
import { say } from "./status";

const SHOWN_MS = 2_000;

export function startCopying(): void {
  document.addEventListener("click", (event) => {
    const button = hit<HTMLButtonElement>(event, "button[data-copy]");
    if (button) void copy(button);
  });
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const { copy: text = "", copyName: name = "text" } = button.dataset;
  try {
    await write(text);
  } catch {
    say(`This browser does not allow copying. Select the ${name} and copy it by hand.`);
    return;
  }
  say(`Copied ${name}`);
  if (button.dataset.copied) return;
  // Only the word changes: the icon and the hidden name stay where they are.
  const word = [...button.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim());
  const plain = word?.nodeValue ?? "";
  button.dataset.copied = "1";
  if (word) word.nodeValue = "Copied";
  window.setTimeout(() => {
    delete button.dataset.copied;
    if (word) word.nodeValue = plain;
  }, SHOWN_MS);
}

async function write(text: string): Promise<void> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Plain http on a local network has no clipboard object.
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  if (!isDone) throw new Error("copying failed");
}
