// The calls that end a trade, built from its terms. A wallet is handed nothing else.

import { selector, type Call } from "../chain/calls";
import { join, toHex, word } from "../chain/bytes";
import { encodeTerms, TERMS, type TermsMessage } from "../chain/terms";

export type Act =
  | "mark_paid"
  | "release"
  | "cancel"
  | "dispute"
  | "refund_expired"
  | "escalate"
  | "resolve_expired"
  | "withdraw";

/** A call somebody signed for the site to send; anyone may send it while the signature is good. */
export interface SignedCall {
  act: string;
  by: string;
  to: string;
  data: string;
}

const TUPLE = `(${TERMS.map((field) => field.type).join(",")})`;

export const ACTS: Readonly<Record<Act, { name: string; signature: string }>> = {
  mark_paid: { name: "markPaid", signature: `markPaid(${TUPLE})` },
  release: { name: "release", signature: `release(${TUPLE})` },
  cancel: { name: "cancel", signature: `cancel(${TUPLE})` },
  dispute: { name: "dispute", signature: `dispute(${TUPLE})` },
  refund_expired: { name: "refundExpired", signature: `refundExpired(${TUPLE})` },
  escalate: { name: "escalate", signature: `escalate(${TUPLE})` },
  resolve_expired: { name: "resolveExpired", signature: `resolveExpired(${TUPLE})` },
  withdraw: { name: "withdraw", signature: "withdraw(address,address)" },
};

export function isAct(value: unknown): value is Act {
  return typeof value === "string" && Object.hasOwn(ACTS, value);
}

/** The call of `act` as one's own transaction; `receiver` is for a withdrawal only. */
export function ownCall(act: Act, terms: TermsMessage, contract: string, receiver = ""): Required<Pick<Call, "to" | "data" | "value">> {
  const id = selector(ACTS[act].signature);
  const rest =
    act === "withdraw" ? join(word(BigInt(String(terms.token))), word(BigInt(receiver))) : encodeTerms(terms);
  return { to: contract, data: `0x${toHex(join(id, rest))}`, value: "0" };
}

export function creditCall(account: string, token: string, contract: string): { to: string; data: string } {
  const data = join(selector("creditOf(address,address)"), word(BigInt(account)), word(BigInt(token)));
  return { to: contract, data: `0x${toHex(data)}` };
}
