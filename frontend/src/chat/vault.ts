// Where the chat seed stays on this device: in IndexedDB, under a key that script can use but never read out.
// Without WebCrypto (plain http beyond localhost) it lives in this tab's memory only. Signing out deletes all of it.

import { withStore } from "../page/database";
import { SEED_DATABASE } from "../page/signout";

const STORE = "seeds";

interface Kept {
  key: CryptoKey;
  iv: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
}

export interface Vault {
  keep(account: string, host: string, seed: Uint8Array): Promise<void>;
  recall(account: string, host: string): Promise<Uint8Array | null>;
}

const memory = new Map<string, Uint8Array>();

function nameOf(account: string, host: string): string {
  return `${host}:${account.toLowerCase()}`;
}

async function keepSeed(account: string, host: string, seed: Uint8Array): Promise<void> {
  const name = nameOf(account, host);
  memory.set(name, seed);
  if (!crypto.subtle) return;
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, Uint8Array.from(seed));
  const kept: Kept = { key, iv, sealed };
  await withStore(SEED_DATABASE, "readwrite", (store) => store.put(kept, name), STORE).catch(() => undefined);
}

async function recallSeed(account: string, host: string): Promise<Uint8Array | null> {
  const name = nameOf(account, host);
  const known = memory.get(name);
  if (known || !crypto.subtle) return known ?? null;
  try {
    const kept = (await withStore(SEED_DATABASE, "readonly", (store) => store.get(name), STORE)) as Kept | undefined;
    if (!kept) return null;
    const seed = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, kept.key, kept.sealed));
    memory.set(name, seed);
    return seed;
  } catch {
    return null;
  }
}

export const vault: Vault = { keep: keepSeed, recall: recallSeed };
