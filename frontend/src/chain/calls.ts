// Call data for the escrow, built here and compared with the server's: a wallet only ever sees calls we can rebuild.

import { keccak_256 } from "@noble/hashes/sha3.js";
import { fromHex, join, toHex, utf8, word } from "./bytes";
import { encodeTerms, Mismatch, TERMS, type TermsMessage } from "./terms";

/** As the API gives it; `value` is wei in decimal. */
export interface Call {
  to: string;
  data: string;
  value?: string;
  chain_id?: number;
}

const TUPLE = `(${TERMS.map((field) => field.type).join(",")})`;
const FUNCTIONS: Readonly<Record<string, string>> = {
  mark_paid: "markPaid",
  release: "release",
  cancel: "cancel",
  dispute: "dispute",
};
const NATIVE = /^0x0{40}$/;

export function selector(signature: string): Uint8Array {
  return keccak_256(utf8(signature)).slice(0, 4);
}

/** The function a trader's action calls when sent as one's own transaction. */
export function functionOf(action: string, terms: TermsMessage): string {
  if (action === "fund") return isNative(terms) ? "fundEth" : "fund";
  const name = FUNCTIONS[action];
  if (!name) throw new TypeError(`There is no call for ${action}.`);
  return name;
}

export function isNative(terms: TermsMessage): boolean {
  return NATIVE.test(String(terms.token));
}

/** Throw `Mismatch` unless `call` is exactly `action` on these terms at this escrow. */
export function checkCall(call: Call, action: string, terms: TermsMessage, escrow: string): void {
  const data = join(selector(`${functionOf(action, terms)}(${TUPLE})`), encodeTerms(terms));
  const value = action === "fund" && isNative(terms) ? BigInt(String(terms.amount)) : 0n;
  checkSame(call, escrow, data, value);
}

/** Throw `Mismatch` unless `call` is the arbiter's `resolve` with this share and reason. */
export function checkResolve(
  call: Call,
  ruling: { buyerBps: number; reasonCode: number },
  terms: TermsMessage,
  escrow: string,
): void {
  const data = join(
    selector(`resolve(${TUPLE},uint16,uint16)`),
    encodeTerms(terms),
    word(BigInt(ruling.buyerBps)),
    word(BigInt(ruling.reasonCode)),
  );
  checkSame(call, escrow, data, 0n);
}

/** Throw `Mismatch` unless `call` lets the escrow take exactly the amount of the terms, from that token. */
export function checkApproval(call: Call, terms: TermsMessage, escrow: string): void {
  const data = join(selector("approve(address,uint256)"), addressWord(escrow), word(BigInt(String(terms.amount))));
  checkSame(call, String(terms.token), data, 0n);
}

export function allowanceCall(terms: TermsMessage, escrow: string): { to: string; data: string } {
  const data = join(selector("allowance(address,address)"), addressWord(String(terms.seller)), addressWord(escrow));
  return { to: String(terms.token), data: `0x${toHex(data)}` };
}

export function tradeOfCall(tradeId: string, escrow: string): { to: string; data: string } {
  return { to: escrow, data: `0x${toHex(join(selector("tradeOf(bytes32)"), fromHex(tradeId)))}` };
}

function addressWord(address: string): Uint8Array {
  return word(BigInt(address));
}

function checkSame(call: Call, to: string, data: Uint8Array, value: bigint): void {
  if (call.to.toLowerCase() !== to.toLowerCase()) throw new Mismatch("contract");
  if (call.data.toLowerCase() !== `0x${toHex(data)}`) throw new Mismatch("function or terms");
  if (BigInt(call.value ?? "0") !== value) throw new Mismatch("amount");
}
