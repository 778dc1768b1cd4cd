// Saying what went wrong, in the error line nearest to the button that was pressed.

import { Refusal } from "../api/client";
import { Mismatch } from "../chain/terms";
import { make, nearest } from "../page/dom";
import { facts } from "../page/facts";
import { say } from "../page/status";
import { Problem } from "./problems";

const LABEL = "plainLabel";

/** Forget the last error near `button`. */
export function clearError(button: Element): void {
  const line = nearest(button, "[data-action-error]");
  if (!line) return;
  line.hidden = true;
  line.replaceChildren();
}

/** Show `error` near `button` and give the focus back to it. */
export function showError(button: HTMLElement, error: unknown): void {
  const line = nearest(button, "[data-action-error]");
  const text = wordsOf(error);
  if (!line) {
    say(text);
    return;
  }
  line.replaceChildren(text);
  if (error instanceof Problem && error.copy) line.append(" ", copyButton(error.copy, "address", "Copy address"));
  if (error instanceof Refusal && error.reference) line.append(" ", copyButton(error.reference, "code", "Copy code"));
  line.dataset.tone = error instanceof Problem && error.kind === "declined" ? "neutral" : "danger";
  line.hidden = false;
  if (error instanceof Problem && error.kind === "network") offerSwitch(button);
  if (button.isConnected) button.focus();
}

function wordsOf(error: unknown): string {
  if (error instanceof Problem || error instanceof Refusal || error instanceof Mismatch) return error.message;
  if (error instanceof TypeError)
    return `This site sent something this page cannot read. Nothing was signed. (${error.message})`;
  return error instanceof Error ? error.message : "Something failed. Nothing was sent.";
}

function copyButton(text: string, name: string, label: string): HTMLButtonElement {
  return make(
    "button",
    { type: "button", class: "button button-quiet", "data-copy": text, "data-copy-name": name },
    label,
  );
}

/** The action button becomes the switch, until the wallet is where the trade is. */
function offerSwitch(button: HTMLElement): void {
  if (button.dataset.switch) return;
  button.dataset.switch = "1";
  button.dataset[LABEL] = button.textContent?.trim() ?? "";
  button.textContent = `Switch to ${facts().chainName}`;
}

/** Give the button its own words back. */
export function endSwitch(button: HTMLElement): void {
  button.textContent = button.dataset[LABEL] ?? button.textContent;
  delete button.dataset.switch;
  delete button.dataset[LABEL];
}
