// A file under a key of its own: 256 KiB chunks, each sealed for its place, and the Merkle root of their hashes.
// The server's twin of the root is exchange/chat/attachments.py.

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { join, toHex, utf8 } from "../chain/bytes";

export const CHUNK = 256 * 1024;

export interface SealedFile {
  key: Uint8Array;
  chunks: Uint8Array[];
  /** SHA-256 of each sealed chunk, hex. */
  hashes: string[];
  root: string;
  /** Sealed bytes in all. */
  size: number;
}

export function sealFile(bytes: Uint8Array, key = crypto.getRandomValues(new Uint8Array(32))): SealedFile {
  const count = Math.max(1, Math.ceil(bytes.length / CHUNK));
  const chunks: Uint8Array[] = [];
  for (let index = 0; index < count; index += 1) {
    const part = bytes.slice(index * CHUNK, (index + 1) * CHUNK);
    chunks.push(cipher(key, index, count).encrypt(part));
  }
  const hashes = chunks.map((chunk) => sha256(chunk));
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return { key, chunks, hashes: hashes.map(toHex), root: toHex(merkleRoot(hashes)), size };
}

/** The file in `chunks`. Throws when they are not the ones `root` was made of, or the key does not open them. */
export function openFile(chunks: Uint8Array[], key: Uint8Array, root: string): Uint8Array {
  if (toHex(merkleRoot(chunks.map((chunk) => sha256(chunk)))) !== root) {
    throw new Error("This is not the file that was sent: what the site keeps was altered.");
  }
  try {
    return join(...chunks.map((chunk, index) => cipher(key, index, chunks.length).decrypt(chunk)));
  } catch {
    throw new Error("The file cannot be decrypted with the key in the message.");
  }
}

/** RFC 6962's shape: leaves and nodes are told apart, an odd one moves up as it is. */
export function merkleRoot(hashes: Uint8Array[]): Uint8Array {
  let level: Uint8Array[] = hashes.map((hash) => sha256(join(Uint8Array.of(0), hash)));
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at], level[at + 1]];
      if (left) above.push(right ? sha256(join(Uint8Array.of(1), left, right)) : left);
    }
    level = above;
  }
  return level[0] ?? new Uint8Array(32);
}

/** The key is used for one file only, so the chunk's place is nonce enough; the count keeps the end from moving. */
function cipher(key: Uint8Array, index: number, count: number): ReturnType<typeof xchacha20poly1305> {
  const nonce = new Uint8Array(24);
  new DataView(nonce.buffer).setUint32(20, index);
  return xchacha20poly1305(key, nonce, utf8(`parley/chat/file/v1:${index}/${count}`));
}
