// The transaction card: check, confirm in the wallet, in a block, final. The server draws it; here it moves meanwhile.

import { find, make, nearest } from "../page/dom";

export type Step = "check" | "allow" | "confirm" | "mined" | "final";
export type StepState = "idle" | "active" | "done" | "failed";

const PATIENCE_MS = 20_000;
const REMINDER = "Still waiting. Open your wallet and look for a request.";

/** One run through the card nearest to a button; every call is harmless where a page has no card. */
export class Card {
  private readonly root: HTMLElement | null;
  private readonly wasHidden: boolean;
  private reminder = 0;

  constructor(near: Element) {
    this.root = nearest(near, "[data-tx-card]");
    this.wasHidden = this.root?.hidden === true;
    if (this.root) {
      this.root.hidden = false;
      // A refetch of the fragment around it must not wipe the card while the wallet is open.
      this.root.dataset.busy = "1";
    }
    this.set("check", "active");
    for (const step of ["confirm", "mined", "final"] as const) this.set(step, "idle");
  }

  set(step: Step, state: StepState, note = ""): void {
    const row = this.row(step);
    if (!row) return;
    row.dataset.state = state;
    if (state === "active") row.setAttribute("aria-current", "step");
    else row.removeAttribute("aria-current");
    this.note(row, note);
  }

  /** The wallet is open: remind the reader to look for it when it takes long. */
  awaitWallet(step: Step): void {
    this.set(step, "active");
    window.clearTimeout(this.reminder);
    this.reminder = window.setTimeout(() => {
      const row = this.row(step);
      if (row?.dataset.state === "active") this.note(row, REMINDER);
    }, PATIENCE_MS);
  }

  /** The wallet answered. */
  confirmed(step: Step): void {
    window.clearTimeout(this.reminder);
    this.set(step, "done");
  }

  /** The server knows now: what it draws counts again. */
  handOver(): void {
    window.clearTimeout(this.reminder);
    if (this.root) delete this.root.dataset.busy;
  }

  /** The whole thing stopped; a card that was hidden before goes away again. */
  stop(): void {
    this.handOver();
    if (this.root && this.wasHidden) this.root.hidden = true;
    for (const step of ["check", "allow", "confirm", "mined"] as const) {
      if (this.row(step)?.dataset.state === "active") this.set(step, "idle");
    }
  }

  /** The extra row of an ERC-20: it names the exact amount and never looks like the row that locks it. */
  addAllowance(text: string): void {
    const confirm = this.row("confirm");
    if (!confirm || this.row("allow")) return;
    confirm.before(make("li", { "data-step": "allow", "data-state": "idle" }, make("span", {}, text)));
  }

  private row(step: Step): HTMLElement | null {
    return this.root ? find(`[data-step="${step}"]`, this.root) : null;
  }

  private note(row: HTMLElement, text: string): void {
    const present = find("[data-step-note]", row);
    if (!text) present?.remove();
    else if (present) present.textContent = text;
    else row.append(make("span", { "data-step-note": true, class: "muted" }, ` ${text}`));
  }
}
