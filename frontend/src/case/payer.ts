// Whose account pays: the buyer seals a name before reading the seller's details; the seller's dialog asks for that name.
// The server keeps SHA-256 of {name, salt, trade} in RFC 8785 form, and boxes it cannot open.

import { sha256 } from "@noble/hashes/sha2.js";
import { call, Refusal } from "../api/client";
import { toHex } from "../chain/bytes";
import { canonical } from "../chat/canonical";
import { readKeys } from "../chat/api";
import { find, findAll } from "../page/dom";
import { announceFrame, onFrame } from "../page/events";
import { say } from "../page/status";
import { keyringAtHand, openKeyring, sealTo, unsealWith, type Keyring } from "./keyring";

interface Stored {
  commitment: string;
  sealed: Record<string, string>;
  early: boolean;
}

interface Word {
  name: string;
  salt: string;
  trade: string;
}

const path = (code: string): string => `/trades/${encodeURIComponent(code)}/payer-name`;

/** SHA-256 over the canonical form, hex. */
export function commitmentOf(word: Word): string {
  return toHex(sha256(canonical(word)));
}

/** The word in a box of ours, if it is the one committed to. Throws when it is not. */
export function openWord(stored: Stored, keyring: { publicKey: string; secret: Uint8Array }): Word | null {
  const box = stored.sealed[keyring.publicKey];
  if (!box) return null;
  const word = JSON.parse(new TextDecoder().decode(unsealWith(keyring.secret, box))) as Word;
  if (commitmentOf(word) !== stored.commitment) throw new Error("The buyer's name is not the one committed to.");
  return word;
}

/** The buyer's side: the details stay shut until the name is sealed. */
export class PayerGate {
  private readonly form: HTMLFormElement;
  private readonly code: string;
  private readonly tradeId: string;

  constructor(form: HTMLFormElement) {
    this.form = form;
    this.code = form.dataset.trade ?? "";
    this.tradeId = (form.dataset.tradeId ?? "").toLowerCase();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.seal();
    });
    onFrame("keys", () => void this.addSeller());
  }

  async start(): Promise<void> {
    const stored = await read(this.code);
    this.shut(stored === null);
    if (stored) await this.addSeller();
  }

  private shut(isShut: boolean): void {
    this.form.hidden = !isShut;
    for (const behind of findAll("[data-payer-behind]")) behind.hidden = isShut;
  }

  private async seal(): Promise<void> {
    const error = find("[data-action-error]", this.form);
    if (error) error.hidden = true;
    try {
      const name = (find<HTMLInputElement>("[name=payer]", this.form)?.value ?? "").trim().replace(/\s+/g, " ");
      if (name.length < 2) throw new Error("Enter the name as your bank shows it.");
      const keyring = await openKeyring(this.tradeId, (text) => say(text));
      const salt = toHex(crypto.getRandomValues(new Uint8Array(32)));
      const word: Word = { name, salt, trade: this.tradeId };
      const sealed = sealedFor(word, await this.readers(keyring));
      await call("PUT", path(this.code), { commitment: commitmentOf(word), sealed });
      this.shut(false);
      // The server hands the details over only now: whoever waits for them asks again.
      announceFrame({ t: "details", trade: this.code });
      say("Sealed. Now you can read the payment details.");
    } catch (problem) {
      if (error) {
        error.textContent = (problem as Error).message;
        error.hidden = false;
      }
    }
  }

  /** A seller whose key came later gets a box of the same word. */
  private async addSeller(): Promise<void> {
    try {
      const keyring = await keyringAtHand(this.tradeId);
      const stored = keyring ? await read(this.code) : null;
      if (!keyring || !stored) return;
      const missing = (await this.readers(keyring)).filter((reader) => !stored.sealed[reader]);
      const word = missing.length > 0 ? openWord(stored, keyring) : null;
      if (word) await call("PUT", path(this.code), { commitment: stored.commitment, sealed: sealedFor(word, missing) });
    } catch {
      // The next visit tries again.
    }
  }

  private async readers(keyring: Keyring): Promise<string[]> {
    const keys = (await readKeys(this.code)).map((key) => key.public_key);
    return [...new Set([keyring.publicKey, ...keys])];
  }
}

/** The seller's side: the release dialog names whose account the money must come from. */
export async function showPayerName(tick: HTMLElement, { code, tradeId }: { code: string; tradeId: string }): Promise<void> {
  const keyring = await keyringAtHand(tradeId.toLowerCase()).catch(() => null);
  const stored = keyring ? await read(code) : null;
  if (!keyring || !stored) return;
  try {
    const word = openWord(stored, keyring);
    if (!word) return;
    const when = stored.early ? "before the coins were locked" : "after the lock";
    tick.textContent = `The sender's name is ${word.name}, as the buyer said ${when}`;
    for (const place of findAll("[data-payer-name]")) place.textContent = word.name;
  } catch (problem) {
    tick.textContent = `${(problem as Error).message} Compare the sender's name with great care.`;
  }
}

async function read(code: string): Promise<Stored | null> {
  try {
    return await call<Stored>("GET", path(code));
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return null;
    throw error;
  }
}

function sealedFor(word: Word, readers: string[]): Record<string, string> {
  const bytes = canonical(word);
  return Object.fromEntries(readers.map((reader) => [reader, sealTo(reader, bytes)]));
}
