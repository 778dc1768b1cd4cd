// A file on its way, kept on this device until all of it has arrived: a reload or a closed tab does not lose it.
// Chunks lie here as the server gets them; name and key lie under a key made from the chat seed.

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { join, utf8 } from "../chain/bytes";
import { withStore } from "../page/database";
import { FILES_DATABASE } from "../page/signout";
import type { SealedFile } from "./file_seal";
import { deriveLocalKey } from "./keys";

const NONCE = 24;

export interface Going {
  name: string;
  media: string;
  /** Bytes of the file itself. */
  size: number;
  /** What was done to it, in words. */
  note: string;
  sealed: SealedFile;
}

interface Stored {
  facts: Uint8Array;
  chunks: Uint8Array[];
}

type Facts = Omit<Going, "sealed"> & { key: number[]; hashes: string[]; root: string; sealedSize: number };

export class KeptFile {
  private readonly key: Uint8Array;
  private readonly place: string;

  constructor(seed: Uint8Array, account: string, code: string) {
    this.key = deriveLocalKey(seed);
    this.place = `${account.toLowerCase()}:${code}`;
  }

  /** Keep it; a browser that keeps nothing still sends it while the page is open. */
  async keep({ sealed, ...said }: Going): Promise<void> {
    const { key, hashes, root, size } = sealed;
    const facts: Facts = { ...said, key: [...key], hashes, root, sealedSize: size };
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
    const box = xchacha20poly1305(this.key, nonce).encrypt(utf8(JSON.stringify(facts)));
    const stored: Stored = { facts: join(nonce, box), chunks: sealed.chunks };
    await withStore(FILES_DATABASE, "readwrite", (store) => store.put(stored, this.place)).catch(() => undefined);
  }

  /** The file that was on its way when this page was left; null when there is none that this key opens. */
  async recall(): Promise<Going | null> {
    try {
      const stored = (await withStore(FILES_DATABASE, "readonly", (store) => store.get(this.place))) as Stored | undefined;
      if (!stored) return null;
      const { facts: box, chunks } = stored;
      const plain = xchacha20poly1305(this.key, box.slice(0, NONCE)).decrypt(box.slice(NONCE));
      const facts = JSON.parse(new TextDecoder().decode(plain)) as Facts;
      const { name, media, size, note, key, hashes, root, sealedSize } = facts;
      return { name, media, size, note, sealed: { key: Uint8Array.from(key), chunks, hashes, root, size: sealedSize } };
    } catch {
      return null;
    }
  }

  async forget(): Promise<void> {
    await withStore(FILES_DATABASE, "readwrite", (store) => store.delete(this.place)).catch(() => undefined);
  }
}
