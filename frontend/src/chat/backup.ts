// For wallets that do not sign repeatably: the seed, sealed under a passphrase. The server keeps it and cannot open it.

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { fromBase64, join, toBase64, utf8 } from "../chain/bytes";

const SALT = 16;
const NONCE = 24;
// RFC 9106 second recommended option: 64 MiB, three passes; one lane, since there are no threads here.
const COST = { t: 3, m: 64 * 1024, p: 1 };
const LABEL = "parley/chat/backup/v1";

/** The backup as text: version, salt, nonce and ciphertext. */
export async function sealSeed(seed: Uint8Array, passphrase: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT));
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const sealed = xchacha20poly1305(await stretch(passphrase, salt), nonce, utf8(LABEL)).encrypt(seed);
  return `1.${toBase64(join(salt, nonce, sealed))}`;
}

/** The seed in a backup. Throws when the passphrase is wrong. */
export async function openSeed(backup: string, passphrase: string): Promise<Uint8Array> {
  if (!backup.startsWith("1.")) throw new Error("This backup was made by a newer version.");
  const bytes = fromBase64(backup.slice(2));
  const key = await stretch(passphrase, bytes.slice(0, SALT));
  try {
    return xchacha20poly1305(key, bytes.slice(SALT, SALT + NONCE), utf8(LABEL)).decrypt(bytes.slice(SALT + NONCE));
  } catch {
    throw new Error("The passphrase does not fit.");
  }
}

async function stretch(passphrase: string, salt: Uint8Array): Promise<Uint8Array> {
  const { argon2idAsync } = await import("./argon");
  // Typed on another keyboard the same letters may be composed differently.
  return argon2idAsync(utf8(passphrase.normalize("NFKC")), salt, { ...COST, dkLen: 32 });
}
