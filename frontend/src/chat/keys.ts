// The key schedule of the trade room: from one wallet signature to one key for each message.
// The Python twin is exchange/chat/keys.py; both reproduce tests/vectors/chat.json.
// Primitives: HKDF-SHA-256 (RFC 5869), HMAC-SHA-256, X25519 (RFC 7748), Ed25519 (RFC 8032).

import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromHex, join, toHex, utf8 } from "../chain/bytes";

export const SCHEME = utf8("parley/chat/v1");
const NOTHING = new Uint8Array(0);

export interface Identity {
  secret: Uint8Array;
  /** Hex, no prefix. */
  publicKey: string;
}

export interface MessageKeys {
  enc: Uint8Array;
  com: Uint8Array;
}

/** 32 bytes of HKDF-SHA-256. */
export function derive(secret: Uint8Array, salt: Uint8Array, info: Uint8Array): Uint8Array {
  return hkdf(sha256, secret, salt, info, 32);
}

/** The chat seed from the wallet's 65-byte signature of the `ChatSeed` message. */
export function deriveSeed(signature: Uint8Array, account: string, host: string): Uint8Array {
  return derive(signature, SCHEME, utf8(`seed:${host}:${account.toLowerCase()}`));
}

/** The Ed25519 identity that signs everything this account says in chat. */
export function deriveIdentity(seed: Uint8Array): Identity {
  const secret = derive(seed, SCHEME, utf8("identity"));
  return { secret, publicKey: toHex(ed25519.getPublicKey(secret)) };
}

/** The key this account's browser locks its own notes with, such as payment details used last. */
export function deriveLocalKey(seed: Uint8Array): Uint8Array {
  return derive(seed, SCHEME, utf8("local"));
}

/** The X25519 secret of this account for one trade; `tradeId` is 0x-hex, lower case. */
export function deriveTradeSecret(seed: Uint8Array, tradeId: string): Uint8Array {
  return derive(seed, SCHEME, utf8(`trade:${tradeId}`));
}

export function publicHalf(tradeSecret: Uint8Array): Uint8Array {
  return x25519.getPublicKey(tradeSecret);
}

function tradeKeyWords(publicKey: string, tradeId: string): Uint8Array {
  return utf8(`parley/chat/v1/trade-key:${tradeId}:${publicKey}`);
}

export function signTradeKey(identity: Identity, publicKey: string, tradeId: string): string {
  return toHex(ed25519.sign(tradeKeyWords(publicKey, tradeId), identity.secret));
}

export function isTradeKeySigned(
  key: { publicKey: string; signature: string },
  identityKey: string,
  tradeId: string,
): boolean {
  return isSigned(tradeKeyWords(key.publicKey, tradeId), key.signature, identityKey);
}

export function sign(bytes: Uint8Array, identity: Identity): string {
  return toHex(ed25519.sign(bytes, identity.secret));
}

/** Whether `signature` is Ed25519 by `identityKey` over `bytes`, by the strict rules of RFC 8032. */
export function isSigned(bytes: Uint8Array, signature: string, identityKey: string): boolean {
  try {
    return ed25519.verify(fromHex(signature), bytes, fromHex(identityKey), { zip215: false });
  } catch {
    return false;
  }
}

/** The conversation root both parties share. Throws when the other key gives no secret. */
export function deriveRoot(tradeSecret: Uint8Array, theirKey: Uint8Array, tradeId: string): Uint8Array {
  const shared = x25519.getSharedSecret(tradeSecret, theirKey);
  const [low, high] = [publicHalf(tradeSecret), theirKey].sort((a, b) => (toHex(a) < toHex(b) ? -1 : 1));
  return derive(shared, fromHex(tradeId), join(SCHEME, utf8("/root"), low ?? NOTHING, high ?? NOTHING));
}

/** Where `sender`'s chain of message keys begins. */
export function firstChain(root: Uint8Array, sender: string): Uint8Array {
  return derive(root, NOTHING, utf8(`chain:${sender.toLowerCase()}`));
}

/** The chain key after `chain`; there is no way back. */
export function nextChain(chain: Uint8Array): Uint8Array {
  return hmac(sha256, chain, Uint8Array.of(2));
}

/** The key of the message that is sent from `chain`. */
export function messageKey(chain: Uint8Array): Uint8Array {
  return hmac(sha256, chain, Uint8Array.of(1));
}

export function splitKey(key: Uint8Array): MessageKeys {
  return { enc: derive(key, NOTHING, utf8("enc")), com: derive(key, NOTHING, utf8("commit")) };
}

/** The key of the payment-details envelope of a conversation. */
export function detailsKey(root: Uint8Array): Uint8Array {
  return derive(root, NOTHING, utf8("payment-details"));
}
