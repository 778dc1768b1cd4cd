// Notes that lie on this device under a key made from the chat seed: account numbers are never kept in clear.

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { fromBase64, join, toBase64, utf8 } from "../chain/bytes";
import type { Fields } from "./account_fields";
import { deriveLocalKey } from "./keys";

const NONCE = 24;

export class Notes {
  private readonly key: Uint8Array;
  private readonly prefix: string;

  constructor(seed: Uint8Array, account: string) {
    this.key = deriveLocalKey(seed);
    this.prefix = `parley:${account.toLowerCase()}:details:`;
  }

  keep(name: string, fields: Fields): void {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
    const sealed = xchacha20poly1305(this.key, nonce).encrypt(utf8(JSON.stringify(fields)));
    localStorage.setItem(this.prefix + name, toBase64(join(nonce, sealed)));
  }

  /** The note, or null when there is none that this key opens. */
  recall(name: string): Fields | null {
    const kept = localStorage.getItem(this.prefix + name);
    if (!kept) return null;
    try {
      const bytes = fromBase64(kept);
      const plain = xchacha20poly1305(this.key, bytes.slice(0, NONCE)).decrypt(bytes.slice(NONCE));
      return JSON.parse(new TextDecoder().decode(plain)) as Fields;
    } catch {
      return null;
    }
  }

  forget(name: string): void {
    localStorage.removeItem(this.prefix + name);
  }
}
