// What sets a call up, sealed by one side for the other: the server hands boxes on and can neither read nor change them,
// so it cannot put itself between the two (the DTLS fingerprints travel inside). XChaCha20-Poly1305 under a key that
// only the two hold, one for each direction, with trade and sender as associated data.

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { fromBase64, join, toBase64, utf8 } from "../chain/bytes";
import { canonical } from "../chat/canonical";
import { derive } from "../chat/keys";
import { pad, unpad } from "../chat/protocol";

const NONCE = 24;
const NOTHING = new Uint8Array(0);

/** `call` is the caller's random id for this call; a signal with another id belongs to a call that is over. */
export type Signal = { call: string } & (
  | { kind: "ring"; video: boolean }
  | { kind: "accept" | "busy" | "decline" | "hang-up" }
  | { kind: "offer" | "answer"; sdp: string }
  | { kind: "candidate"; candidate: string; mid: string | null; line: number | null }
  | { kind: "camera"; on: boolean }
);

export interface Line {
  tradeId: string;
  root: Uint8Array;
  me: string;
  peer: string;
}

export function sealSignal(signal: Signal, line: Line): string {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const plaintext = pad(utf8(JSON.stringify(signal)));
  return toBase64(join(nonce, cipher(line, line.me, nonce).encrypt(plaintext)));
}

/** The signal in a box that `sender` sealed; null for what neither of the two made. */
export function openSignal(box: string, sender: string, line: Line): Signal | null {
  try {
    const bytes = fromBase64(box);
    const plaintext = cipher(line, sender, bytes.slice(0, NONCE)).decrypt(bytes.slice(NONCE));
    const signal = JSON.parse(new TextDecoder().decode(unpad(plaintext))) as Partial<Signal> | null;
    return typeof signal?.call === "string" && typeof signal.kind === "string" ? (signal as Signal) : null;
  } catch {
    return null;
  }
}

function cipher({ root, tradeId }: Line, sender: string, nonce: Uint8Array): ReturnType<typeof xchacha20poly1305> {
  const key = derive(root, NOTHING, utf8(`call:${sender.toLowerCase()}`));
  return xchacha20poly1305(key, nonce, canonical({ v: 1, kind: "call", trade: tradeId, sender: sender.toLowerCase() }));
}
