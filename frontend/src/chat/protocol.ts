// Messages of the trade room, as its clients make and read them; the Python twin is exchange/chat/protocol.py.
// XChaCha20-Poly1305 with the header as associated data does not commit to its key, so the HMAC `commit` does.
// Plaintexts are padded to steps of 256 bytes (ISO/IEC 7816-4), so that lengths tell little.

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64, fromHex, join, toBase64, toHex } from "../chain/bytes";
import { canonical } from "./canonical";
import { detailsKey, isSigned, sign, splitKey, type Identity } from "./keys";

const STEP = 256;
const NONCE = 24;
export const GENESIS = "0".repeat(64);

export interface Header {
  v: 1;
  trade: string;
  sender: string;
  n: number;
  prev: string;
  sent_at: string;
}

interface Sealed {
  ct: string;
  commit: string;
  sig: string;
}

export type Message = Header & Sealed;

export interface DetailsHeader {
  v: 1;
  kind: "payment-details";
  trade: string;
  sender: string;
  method: string;
}

export type Envelope = DetailsHeader & Sealed;

/** A message or envelope that is not what it claims to be; the message says what is wrong with it. */
export class Unreadable extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Unreadable";
  }
}

/** Fill up with 0x80 and zeros to the next multiple of 256 bytes. */
export function pad(plaintext: Uint8Array): Uint8Array {
  const zeros = STEP - 1 - (plaintext.length % STEP);
  return join(plaintext, Uint8Array.of(0x80), new Uint8Array(zeros));
}

/** Undo `pad`. */
export function unpad(padded: Uint8Array): Uint8Array {
  let end = padded.length;
  while (end > 0 && padded[end - 1] === 0) end -= 1;
  const isWhole = padded.length % STEP === 0 && padded.length - end < STEP;
  if (!isWhole || padded[end - 1] !== 0x80) throw new Unreadable("The padding is broken.");
  return padded.slice(0, end - 1);
}

/** Hex SHA-256 of a whole message, its signature included: the next message's `prev`. */
export function hashOf(message: Message): string {
  return toHex(sha256(canonical(message)));
}

/** Seal `content` as the message of `header`, encrypted under the message key `key`. */
export function seal(
  header: Header,
  content: object,
  key: Uint8Array,
  identity: Identity,
  nonce = randomNonce(),
): Message {
  if ((header.n === 1) !== (header.prev === GENESIS)) {
    throw new Unreadable("Only a first message has no message before it.");
  }
  return sealed(header, content, key, identity, nonce);
}

/** The content of `message`, after checking signature, cipher and commitment. Throws `Unreadable`. */
export function openMessage(message: Message, key: Uint8Array, identityKey: string): Record<string, unknown> {
  const { v, trade, sender, n, prev, sent_at } = message;
  return opened({ v, trade, sender, n, prev, sent_at }, message, key, identityKey);
}

/** Throw `Unreadable` unless `message` comes right after `last`, its sender's message before it. */
export function checkFollows(message: Message, last: { n: number; hash: string }): void {
  if (message.n !== last.n + 1) throw new Unreadable("A message is missing before this one.");
  if (message.prev !== last.hash) throw new Unreadable("The message before this one was altered.");
}

/** The payee's account fields as a sealed, signed envelope for one payment method. */
export function sealDetails(
  header: DetailsHeader,
  fields: Record<string, string>,
  root: Uint8Array,
  identity: Identity,
  nonce = randomNonce(),
): Envelope {
  return sealed(header, { fields }, detailsKey(root), identity, nonce);
}

/** The account fields in an envelope. Throws `Unreadable`. */
export function openDetails(envelope: Envelope, root: Uint8Array, identityKey: string): Record<string, string> {
  const { v, kind, trade, sender, method } = envelope;
  const { fields } = opened({ v, kind, trade, sender, method }, envelope, detailsKey(root), identityKey);
  if (
    typeof fields !== "object" ||
    fields === null ||
    Object.values(fields).some((value) => typeof value !== "string")
  ) {
    throw new Unreadable("The envelope does not hold account fields.");
  }
  return fields as Record<string, string>;
}

function randomNonce(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(NONCE));
}

function sealed<H extends object>(
  header: H,
  content: object,
  key: Uint8Array,
  identity: Identity,
  nonce: Uint8Array,
): H & Sealed {
  const pair = splitKey(key);
  const padded = pad(canonical(content));
  const ciphertext = xchacha20poly1305(pair.enc, nonce, canonical(header)).encrypt(padded);
  const body = { ...header, ct: toBase64(join(nonce, ciphertext)), commit: toHex(hmac(sha256, pair.com, padded)) };
  return { ...body, sig: sign(canonical(body), identity) };
}

function opened(header: object, whole: Sealed, key: Uint8Array, identityKey: string): Record<string, unknown> {
  const { sig, ...body } = whole;
  if (!isSigned(canonical(body), sig, identityKey)) {
    throw new Unreadable("The signature does not fit: the sender did not write this.");
  }
  const pair = splitKey(key);
  const padded = decrypt(whole.ct, pair.enc, canonical(header));
  if (toHex(hmac(sha256, pair.com, padded)) !== whole.commit) {
    throw new Unreadable("The text is not the one its sender committed to.");
  }
  try {
    const content: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(unpad(padded)));
    if (typeof content === "object" && content !== null && !Array.isArray(content))
      return content as Record<string, unknown>;
  } catch (error) {
    if (error instanceof Unreadable) throw error;
  }
  throw new Unreadable("The decrypted text is not readable.");
}

function decrypt(ct: string, enc: Uint8Array, aad: Uint8Array): Uint8Array {
  try {
    const bytes = fromBase64(ct);
    return xchacha20poly1305(enc, bytes.slice(0, NONCE), aad).decrypt(bytes.slice(NONCE));
  } catch {
    throw new Unreadable("The text cannot be decrypted with this key.");
  }
}

/** Whether an unknown value has the shape of a message; its truth is checked on opening. */
export function isMessage(value: unknown): value is Message {
  const message = value as Partial<Message> | null;
  return (
    typeof message === "object" &&
    message !== null &&
    message.v === 1 &&
    Number.isSafeInteger(message.n) &&
    [message.trade, message.sender, message.prev, message.sent_at, message.ct, message.commit, message.sig].every(
      (part) => typeof part === "string",
    )
  );
}

/** Bytes of a wallet signature with `v` as 27 or 28, so that all wallets lead to one seed. */
export function signatureBytes(signature: string): Uint8Array {
  const bytes = fromHex(signature);
  const last = bytes[64];
  if (bytes.length === 65 && last !== undefined && last < 27) bytes[64] = last + 27;
  return bytes;
}
