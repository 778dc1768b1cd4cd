// Payment details: sealed by the seller for the buyer, shown to the buyer once the server hands the envelope over.

import { Refusal } from "../api/client";
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { fromBase64, join, toBase64, utf8 } from "../chain/bytes";
import { find, findAll, make } from "../page/dom";
import { onConnection, onFrame } from "../page/events";
import { say } from "../page/status";
import { afterSwap } from "../page/swaps";
import { handOver, readDetails } from "./api";
import { deriveLocalKey, type Identity } from "./keys";
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

type Fields = Record<string, string>;

const NONCE = 24;
const RETRY_MS = 5_000;
const HANDED_OVER = new Set(["funded", "paid", "disputed"]);

export class PaymentSection {
  private readonly section: HTMLElement;
  private readonly seed: Uint8Array;
  private readonly account: string;
  private sealing: Sealing | null = null;
  private shown: Fields | null = null;
  private isHandedOver = false;
  private isBusy = false;

  constructor(section: HTMLElement, seed: Uint8Array, account: string) {
    this.section = section;
    this.seed = seed;
    this.account = account;
    if (this.isSeller) this.startForm();
  }

  /** The other side's key is known: what waited can be sealed, what was sealed can be opened. */
  async open(sealing: Sealing): Promise<void> {
    this.sealing = sealing;
    const again = (): void => {
      this.showWhen();
      this.draw();
      if (this.isTime()) void this.refresh();
    };
    onFrame("details", again);
    onConnection((isUp) => isUp && again());
    afterSwap(again);
    if (this.isSeller || this.isTime()) await this.refresh();
  }

  /** "Do not pay yet" gives way to "check the name" when the coins are locked. */
  private showWhen(): void {
    const isTime = this.isTime();
    for (const note of findAll("[data-details-waiting]", this.section)) note.hidden = isTime;
    for (const note of findAll("[data-details-check]", this.section)) note.hidden = !isTime;
  }

  /** The server hands details to the buyer only while the coins are locked: asking before is no use. */
  private isTime(): boolean {
    const state = find("[data-live][data-state]")?.dataset.state ?? this.section.dataset.state ?? "";
    return !this.isSeller && HANDED_OVER.has(state);
  }

  private get isSeller(): boolean {
    return this.section.dataset.role === "seller";
  }

  private get method(): string {
    return this.section.dataset.method ?? "";
  }

  private async refresh(): Promise<void> {
    const { sealing } = this;
    if (!sealing || this.shown || this.isHandedOver || this.isBusy) return;
    this.isBusy = true;
    try {
      const envelope = await readDetails(sealing.code);
      if (envelope) this.receive(envelope, sealing);
      else if (this.isSeller) await this.handOverWaiting(sealing);
    } catch (error) {
      if (!(error instanceof Refusal)) this.tell(`These payment details cannot be trusted. ${(error as Error).message} Do not pay; ask in the chat.`);
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
    say("The payment details are here.");
  }

  /** Buyer: each field with its own copy button, the holder's name first. */
  private draw(): void {
    const list = find("[data-details-list]", this.section);
    if (!this.shown || !list || list.dataset.drawn === "1") return;
    list.dataset.drawn = "1";
    const titles = titlesOf(this.section.dataset.schema);
    list.replaceChildren(
      ...Object.entries(this.shown)
        .filter(([, value]) => value !== "")
        .sort(([one], [other]) => rank(one, titles) - rank(other, titles))
        .map(([name, value]) => row(titles.get(name) ?? name, value)),
    );
    list.hidden = false;
  }

  private startForm(): void {
    const form = find<HTMLFormElement>("[data-details-form]", this.section);
    if (!form) return;
    const kept = this.recall("waiting") ?? this.recall("last");
    if (kept) this.fillForm(kept);
    form.dataset.ready = "1";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const fields = this.readForm(form);
      if (!fields) return;
      this.keep("waiting", fields);
      this.keep("last", fields);
      this.isHandedOver = false;
      this.tell("Kept on this device until the buyer has opened the chat; then sealed and sent by itself.");
      if (this.sealing) void this.handOverWaiting(this.sealing).catch((error: Error) => this.tell(error.message));
    });
  }

  private async handOverWaiting(sealing: Sealing): Promise<void> {
    const fields = this.recall("waiting");
    if (!fields || this.isHandedOver) return;
    const { tradeId, me, root, identity, code } = sealing;
    const header = { v: 1, kind: "payment-details", trade: tradeId, sender: me, method: this.method } as const;
    await handOver(code, sealDetails(header, fields, root, identity));
    this.isHandedOver = true;
    localStorage.removeItem(this.keyOf("waiting"));
    this.tell("Sealed and handed over. The buyer sees them once the coins are locked.");
  }

  /** What the form says, or null after naming what is missing. */
  private readForm(form: HTMLFormElement): Fields | null {
    const { required, properties } = schemaOf(this.section.dataset.schema);
    const data = new FormData(form);
    const fields: Fields = {};
    for (const [name, value] of data) {
      if (typeof value === "string" && (properties.size === 0 || properties.has(name))) fields[name] = value.trim();
    }
    const wrong = new Map(required.filter((name) => !fields[name]).map((name) => [name, "This is needed."]));
    for (const [name, { pattern }] of properties) {
      if (pattern && fields[name] && !fits(fields[name], pattern)) wrong.set(name, "This does not look right. Check it for a typing mistake.");
    }
    for (const input of findAll<HTMLInputElement>("[name]", form)) markField(input, wrong.get(input.name) ?? "");
    const [first] = wrong.keys();
    if (first === undefined) return fields;
    find(`[name="${CSS.escape(first)}"]`, form)?.focus();
    return null;
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

  private keyOf(what: "waiting" | "last"): string {
    const scope = what === "last" ? this.method : `${this.method}:${find("[data-chat]")?.dataset.trade ?? location.pathname}`;
    return `parley:${this.account.toLowerCase()}:details:${what}:${scope}`;
  }

  /** Account numbers lie on this device only under a key made from the chat seed. */
  private keep(what: "waiting" | "last", fields: Fields): void {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
    const sealed = xchacha20poly1305(deriveLocalKey(this.seed), nonce).encrypt(utf8(JSON.stringify(fields)));
    localStorage.setItem(this.keyOf(what), toBase64(join(nonce, sealed)));
  }

  private recall(what: "waiting" | "last"): Fields | null {
    const kept = localStorage.getItem(this.keyOf(what));
    if (!kept) return null;
    try {
      const bytes = fromBase64(kept);
      const plain = xchacha20poly1305(deriveLocalKey(this.seed), bytes.slice(0, NONCE)).decrypt(bytes.slice(NONCE));
      return JSON.parse(new TextDecoder().decode(plain)) as Fields;
    } catch {
      return null;
    }
  }
}

interface Property {
  title?: string;
  pattern?: string;
}

interface Schema {
  properties: Map<string, Property>;
  required: string[];
}

/** Whether a value fits a pattern of the method's schema; a pattern this browser cannot read checks nothing. */
function fits(value: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}

function markField(input: HTMLElement, problem: string): void {
  const line = document.getElementById(`${input.id}-error`);
  if (problem) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  if (!line) return;
  line.textContent = problem;
  line.hidden = !problem;
}

function schemaOf(text: string | undefined): Schema {
  try {
    const schema = JSON.parse(text ?? "{}") as { properties?: Record<string, Property>; required?: string[] };
    return { properties: new Map(Object.entries(schema.properties ?? {})), required: schema.required ?? [] };
  } catch {
    return { properties: new Map(), required: [] };
  }
}

function titlesOf(text: string | undefined): Map<string, string> {
  return new Map([...schemaOf(text).properties].map(([name, { title }]) => [name, title ?? name]));
}

/** Order of the schema, but whose account it is always comes first. */
function rank(name: string, titles: Map<string, string>): number {
  if (/holder|name/i.test(name)) return -1;
  const place = [...titles.keys()].indexOf(name);
  return place < 0 ? titles.size : place;
}

function row(title: string, value: string): HTMLElement {
  // `Account holder` is spoken in lower case, `IBAN` is not.
  const label = /^[A-Z]{2}/.test(title) ? title : title.toLowerCase();
  return make(
    "div",
    { class: "fact" },
    make("dt", {}, title),
    make(
      "dd",
      {},
      make("bdi", {}, value),
      " ",
      make("button", { type: "button", class: "copy", "data-copy": value, "data-copy-name": label }, "Copy", make("span", { class: "visually-hidden" }, ` ${label}`)),
    ),
  );
}
