// Reading an exit kit. Nothing in it is believed: the trade key is computed from the terms, calls are built again, and
// each signature is checked. A kit that contradicts itself is refused whole.

import { canonicalText } from "../chat/canonical";
import { fromHex, toHex, utf8 } from "../chain/bytes";
import { digest, type TypedData } from "../chain/eip712";
import { TERMS, tradeId, type TermsMessage } from "../chain/terms";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { ACTS, isAct, ownCall, type SignedCall } from "./calls";
import { signerOf } from "./signatures";

export type Role = "buyer" | "seller";

/** One line of what was found out about a kit without asking anyone. */
export interface Check {
  isGood: boolean;
  words: string;
}

/** A trade this page can finish. Without a kit, from the chain alone, `made` and `role` are absent. */
export interface Trade {
  code: string;
  tradeId: string;
  chainId: number;
  chainName: string;
  contract: string;
  codeHash: string | null;
  terms: TermsMessage;
  symbol: string;
  decimals: number;
  rpcUrl: string;
  role: Role | null;
  madeAt: number;
  signedCalls: SignedCall[];
  checks: Check[];
}

/** The file is no exit kit, or was changed; `message` is for the reader. */
export class BadKit extends Error {}

const MOST = 1_000_000;
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const HASH = /^0x[0-9a-f]{64}$/;
const TITLE = "Parley exit kit 1";

type Bag = Record<string, unknown>;

export function readKit(text: string): Trade {
  if (text.length > MOST) throw new BadKit("This file is too large for an exit kit.");
  const bag = parse(text);
  if (bag.kind !== "parley-exit-kit") throw new BadKit("This file is no exit kit of a Parley trade.");
  if (bag.v !== 1) throw new BadKit("This kit was made by a newer Parley. Use the page that came with it.");
  const terms = readTerms(bag.terms);
  const chainId = whole(bag, "chain_id");
  const contract = matching(bag, "contract", ADDRESS);
  const id = matching(bag, "trade_id", HASH);
  if (tradeId(terms, { chainId, escrow: contract }) !== id) {
    throw new BadKit("This kit was changed: its terms do not have the trade key it names. Do not use it.");
  }
  if (bag.role !== "buyer" && bag.role !== "seller") throw new BadKit("This kit does not say whose it is.");
  checkCalls(bag.calls, terms, contract);
  const asset = object(bag.asset, "asset");
  return {
    code: matching(bag, "trade", /^[0-9A-Za-z]{1,16}$/),
    tradeId: id,
    chainId,
    chainName: short(bag, "chain_name"),
    contract,
    codeHash: bag.code_hash === null ? null : matching(bag, "code_hash", HASH),
    terms,
    symbol: short(asset, "symbol", 12),
    decimals: Math.min(whole(asset, "decimals"), 36),
    rpcUrl: readUrl(bag.rpc_url),
    role: bag.role,
    madeAt: whole(bag, "made_at"),
    signedCalls: readSignedCalls(bag.signed_calls, contract),
    checks: check(bag, terms),
  };
}

function parse(text: string): Bag {
  try {
    return object(JSON.parse(text), "kit");
  } catch (error) {
    if (error instanceof BadKit) throw error;
    throw new BadKit("This file is no exit kit: it cannot be read as JSON.");
  }
}

function readTerms(value: unknown): TermsMessage {
  const terms = object(value, "terms");
  const names = TERMS.map((field) => field.name);
  if (Object.keys(terms).length !== names.length || names.some((name) => !(name in terms))) {
    throw new BadKit("The terms in this kit are not complete.");
  }
  for (const { name, type } of TERMS) {
    const item = terms[name];
    const isRight =
      type === "address"
        ? typeof item === "string" && ADDRESS.test(item)
        : type === "bytes32"
          ? typeof item === "string" && HASH.test(item)
          : typeof item === "number"
            ? Number.isSafeInteger(item) && item >= 0
            : typeof item === "string" && /^\d{1,78}$/.test(item);
    if (!isRight) throw new BadKit(`The terms in this kit cannot be read: ${name}.`);
  }
  return terms;
}

/** The kit's own call data must be what this page would build: then neither was changed. */
function checkCalls(value: unknown, terms: TermsMessage, contract: string): void {
  for (const item of list(value, "calls")) {
    const { act, to, data, value: coins } = object(item, "calls");
    if (!isAct(act)) throw new BadKit("This kit holds a call that this page does not know. Do not use it.");
    const receiver = act === "withdraw" ? `0x${String(data).slice(-40)}` : "";
    const parties = [terms.seller, terms.buyer].map((party) => String(party).toLowerCase());
    if (act === "withdraw" && !parties.includes(receiver.toLowerCase())) {
      throw new BadKit("This kit would send coins to a stranger. Do not use it.");
    }
    const ours = ownCall(act, terms, contract, receiver);
    if (String(to).toLowerCase() !== contract.toLowerCase() || String(data) !== ours.data || coins !== "0") {
      throw new BadKit(`This kit was changed: its call “${ACTS[act].name}” is not what the terms say. Do not use it.`);
    }
  }
}

function readSignedCalls(value: unknown, contract: string): SignedCall[] {
  return list(value, "signed_calls").map((item) => {
    const bag = object(item, "signed_calls");
    if (matching(bag, "to", ADDRESS).toLowerCase() !== contract.toLowerCase() || bag.value !== "0") {
      throw new BadKit("This kit holds a signed call for another contract. Do not use it.");
    }
    const data = matching(bag, "data", /^0x([0-9a-fA-F]{2}){4,20000}$/);
    return { act: short(bag, "act", 32), by: matching(bag, "by", ADDRESS), to: contract, data };
  });
}

function check(bag: Bag, terms: TermsMessage): Check[] {
  const checks: Check[] = [{ isGood: true, words: "The trade key is the digest of these terms." }];
  for (const item of list(bag.signatures, "signatures")) {
    const told = object(item, "signatures");
    const by = matching(told, "by", ADDRESS);
    const who = by.toLowerCase() === String(terms.seller).toLowerCase() ? "seller" : "buyer";
    checks.push(checkSignature(told, by, who));
  }
  checks.push(checkNode(bag));
  return checks;
}

function checkSignature(told: Bag, by: string, who: string): Check {
  const what = told.what === "offer" ? "offer this trade was made from" : "terms";
  const signature = String(told.signature);
  if (signature.length !== 132) {
    return { isGood: true, words: `The ${who}'s consent to the ${what} is that of a contract wallet; only the chain can check it.` };
  }
  try {
    const hash = fromHex(digest(told.typed_data as TypedData));
    if (signerOf(hash, signature) === by.toLowerCase()) return { isGood: true, words: `The ${who} signed the ${what}.` };
  } catch {
    // Said below.
  }
  return { isGood: false, words: `The ${who}'s signature of the ${what} does not fit.` };
}

/** The node's signature is over everything else in the kit, in canonical form, under a title (EIP-191). */
function checkNode(bag: Bag): Check {
  const { node_signature: told, ...rest } = bag;
  if (told === null || told === undefined) return { isGood: true, words: "The site has not signed this kit. It need not." };
  try {
    const { address, signature, scheme } = object(told, "node_signature");
    const text = utf8(`${TITLE}\nSHA-256 ${toHex(sha256(utf8(canonicalText(rest))))}`);
    const hash = keccak_256(utf8(`\u0019Ethereum Signed Message:\n${text.length}`.concat(new TextDecoder().decode(text))));
    if (scheme === "eip191" && signerOf(hash, String(signature)) === String(address).toLowerCase()) {
      return { isGood: true, words: `The site signed this kit as ${String(address)}.` };
    }
  } catch {
    // Said below.
  }
  return { isGood: false, words: "The site's signature does not fit: something in this kit was changed after it was made." };
}

function readUrl(value: unknown): string {
  if (typeof value !== "string" || !/^https?:\/\/\S{1,300}$/.test(value)) return "";
  return value;
}

function object(value: unknown, name: string): Bag {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BadKit(`This kit cannot be read: ${name}.`);
  }
  return value as Bag;
}

function list(value: unknown, name: string): unknown[] {
  if (!Array.isArray(value) || value.length > 50) throw new BadKit(`This kit cannot be read: ${name}.`);
  return value;
}

function whole(bag: Bag, name: string): number {
  const value = bag[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new BadKit(`This kit cannot be read: ${name}.`);
  }
  return value;
}

function matching(bag: Bag, name: string, form: RegExp): string {
  const value = bag[name];
  if (typeof value !== "string" || !form.test(value)) throw new BadKit(`This kit cannot be read: ${name}.`);
  return value;
}

function short(bag: Bag, name: string, most = 60): string {
  const value = bag[name];
  if (typeof value !== "string" || value.length > most) throw new BadKit(`This kit cannot be read: ${name}.`);
  return value;
}
