// Payment details: sealed by the seller for the buyer, shown to the buyer once the server hands the envelope over.

import { Refusal } from "../api/client";
import { find, findAll, make } from "../page/dom";
import { onConnection, onFrame } from "../page/events";
import { say } from "../page/status";
import { afterSwap } from "../page/swaps";
import { readForm, sortedRows, type Fields } from "./account_fields";
import { handOver, readDetails } from "./api";
import type { Identity } from "./keys";
import { Notes } from "./notes";
import { openDetails, sealDetails, type Envelope } from "./protocol";

export interface Sealing {
  code: string;
  tradeId: string;
  me: string;
  seller: string;
  sellerIdentityKey: string;
  root: Uint8Array;
  identity: Identity;
}

const RETRY_MS = 5_000;
const HANDED_OVER = new Set(["funded", "paid", "disputed"]);

export class PaymentSection {
  private readonly section: HTMLElement;
  private readonly notes: Notes;
  private sealing: Sealing | null = null;
  private shown: Fields | null = null;
  private isHandedOver = false;
  private isBusy = false;
  private isAsked = false;

  constructor(section: HTMLElement, seed: Uint8Array, account: string) {
    this.section = section;
    this.notes = new Notes(seed, account);
    if (this.isSeller) this.startForm();
  }

  /** The other side's key is known: what waited can be sealed, what was sealed can be opened. */
  async open(sealing: Sealing): Promise<void> {
    this.sealing = sealing;
    for (const waiting of findAll("[data-details-waiting]", this.section)) waiting.hidden = true;
    const ask = (): void => {
      if (this.isTime()) void this.refresh();
    };
    onFrame("details", ask);
    onConnection((isUp) => isUp && ask());
    afterSwap(() => {
      this.draw();
      // Later on the `details` frame tells; swaps are many.
      if (!this.isAsked) ask();
    });
    if (this.isSeller || this.isTime()) await this.refresh();
    else this.tell("The details appear here once the coins are locked.");
  }

  /** The server hands details to the buyer only while the coins are locked: asking before is no use. */
  private isTime(): boolean {
    const state = find("[data-live][data-state]")?.dataset.state ?? this.section.dataset.state ?? "";
    return !this.isSeller && HANDED_OVER.has(state);
  }

  private get isSeller(): boolean {
    return this.section.dataset.role === "seller";
  }

  /** Names of the notes: what waits for the buyer's key, and what was used last with this method. */
  private get waiting(): string {
    return `waiting:${this.method}:${find("[data-chat]")?.dataset.trade ?? location.pathname}`;
  }

  private get last(): string {
    return `last:${this.method}`;
  }

  private get method(): string {
    return this.section.dataset.method ?? "";
  }

  private async refresh(): Promise<void> {
    const { sealing } = this;
    if (!sealing || this.shown || this.isHandedOver || this.isBusy) return;
    this.isBusy = this.isAsked = true;
    try {
      const envelope = await readDetails(sealing.code);
      if (envelope) this.receive(envelope, sealing);
      else if (this.isSeller) await this.handOverWaiting(sealing);
      else
        this.tell(
          "The seller has not sent the payment details yet. They appear here by themselves; ask for them in the chat.",
        );
    } catch (error) {
      if (!(error instanceof Refusal))
        this.tell(`These payment details cannot be trusted. ${(error as Error).message} Do not pay; ask in the chat.`);
      else if (error.isPassing) window.setTimeout(() => void this.refresh(), RETRY_MS);
      else this.tell(error.message);
    } finally {
      this.isBusy = false;
    }
  }

  /** Open an envelope, after making sure that it is the seller's, for this trade and this method. */
  private receive(envelope: Envelope, { tradeId, seller, sellerIdentityKey, root }: Sealing): void {
    const isRight = envelope.trade === tradeId && envelope.sender === seller && envelope.method === this.method;
    if (!isRight || envelope.kind !== "payment-details") throw new Error("They are not the seller's for this trade.");
    const fields = openDetails(envelope, root, sellerIdentityKey);
    if (this.isSeller) {
      this.isHandedOver = true;
      this.fillForm(fields);
      this.tell("Sealed and handed over. The buyer sees them once the coins are locked.");
      return;
    }
    this.shown = fields;
    this.draw();
    this.tell("Sealed by the seller for you alone; decrypted in your browser.");
    say("The payment details are here.");
  }

  /** Buyer: each field with its own copy button, the holder's name first. */
  private draw(): void {
    const list = find("[data-details-list]", this.section);
    if (!this.shown || !list || list.dataset.drawn === "1") return;
    list.dataset.drawn = "1";
    list.replaceChildren(...sortedRows(this.shown, this.section.dataset.schema));
    list.hidden = false;
  }

  private startForm(): void {
    const form = find<HTMLFormElement>("[data-details-form]", this.section);
    if (!form) return;
    const kept = this.notes.recall(this.waiting) ?? this.notes.recall(this.last);
    if (kept) this.fillForm(kept);
    form.dataset.ready = "1";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const fields = readForm(form, this.section.dataset.schema);
      if (!fields) return;
      this.notes.keep(this.waiting, fields);
      this.notes.keep(this.last, fields);
      this.isHandedOver = false;
      this.tell("Kept on this device until the buyer has opened the chat; then sealed and sent by itself.");
      if (this.sealing) void this.handOverWaiting(this.sealing).catch((error: Error) => this.tell(error.message));
    });
  }

  private async handOverWaiting(sealing: Sealing): Promise<void> {
    const fields = this.notes.recall(this.waiting);
    if (!fields || this.isHandedOver) return;
    const { tradeId, me, root, identity, code } = sealing;
    const header = { v: 1, kind: "payment-details", trade: tradeId, sender: me, method: this.method } as const;
    await handOver(code, sealDetails(header, fields, root, identity));
    this.isHandedOver = true;
    this.notes.forget(this.waiting);
    this.tell("Sealed and handed over. The buyer sees them once the coins are locked.");
  }

  private fillForm(fields: Fields): void {
    for (const [name, value] of Object.entries(fields)) {
      const input = find<HTMLInputElement>(`[data-details-form] [name="${CSS.escape(name)}"]`, this.section);
      if (input && !input.value) input.value = value;
    }
  }

  private tell(text: string): void {
    let line = find("[data-details-state]", this.section);
    if (!line) {
      line = make("p", { class: "muted small", "data-details-state": true, role: "status" });
      this.section.append(line);
    }
    line.textContent = text;
    line.hidden = false;
  }
}
