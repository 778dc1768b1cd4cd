// libsodium's sealed box (crypto_box_seal): only the holder of a key can open it, and nobody can tell who sealed it.
// The Python side is PyNaCl's `SealedBox`; both are held to tests/vectors/case.json.

import { hsalsa, xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { blake2b } from "@noble/hashes/blake2.js";
import { fromHex, join, toHex, utf8 } from "../chain/bytes";

const SIGMA = wordsOf(utf8("expand 32-byte k"));
const KEY = 32;

/** `message` for the holder of `publicKey`. */
export function seal(message: Uint8Array, publicKey: Uint8Array, once = randomSecret()): Uint8Array {
  const mine = x25519.getPublicKey(once);
  const box = xsalsa20poly1305(sharedKey(once, publicKey), nonceOf(mine, publicKey)).encrypt(message);
  return join(mine, box);
}

/** What was sealed to the public half of `secret`. Throws when it was not. */
export function unseal(sealed: Uint8Array, secret: Uint8Array): Uint8Array {
  const theirs = sealed.slice(0, KEY);
  const nonce = nonceOf(theirs, x25519.getPublicKey(secret));
  return xsalsa20poly1305(sharedKey(secret, theirs), nonce).decrypt(sealed.slice(KEY));
}

/** The X25519 form (hex) of an Ed25519 identity: RFC 7748, section 4.1, as libsodium maps it. */
export function readerKeyOf(identity: string): string {
  return toHex(ed25519.utils.toMontgomery(fromHex(identity)));
}

/** The X25519 secret of whoever holds an Ed25519 identity's secret. */
export function readerSecretOf(identitySecret: Uint8Array): Uint8Array {
  return ed25519.utils.toMontgomerySecret(identitySecret);
}

function nonceOf(once: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return blake2b(join(once, publicKey), { dkLen: 24 });
}

function sharedKey(secret: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const out = new Uint32Array(KEY / 4);
  hsalsa(SIGMA, wordsOf(x25519.getSharedSecret(secret, publicKey)), new Uint32Array(4), out);
  const bytes = new Uint8Array(KEY);
  const view = new DataView(bytes.buffer);
  out.forEach((word, at) => view.setUint32(at * 4, word, true));
  return bytes;
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(at * 4, true));
}

function randomSecret(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(KEY));
}
