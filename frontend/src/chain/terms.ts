// The Terms of a trade: their EIP-712 digest is the trade id, and the browser computes it itself.

import { word, fromHex, join } from "./bytes";
import { digest, encodeType, integer, type Field, type TypedData } from "./eip712";

export const TERMS: readonly Field[] = [
  { name: "seller", type: "address" },
  { name: "buyer", type: "address" },
  { name: "token", type: "address" },
  { name: "amount", type: "uint256" },
  { name: "arbiter", type: "address" },
  { name: "feeRecipient", type: "address" },
  { name: "feeBps", type: "uint16" },
  { name: "payBy", type: "uint40" },
  { name: "confirmWindow", type: "uint40" },
  { name: "arbitrationWindow", type: "uint40" },
  { name: "fallbackBuyerBps", type: "uint16" },
  { name: "details", type: "bytes32" },
  { name: "salt", type: "uint256" },
];

const DOMAIN: readonly Field[] = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
];

const ACTION = "Action(bytes32 tradeId,string action,uint40 validUntil)";
const SPLIT = "Split(bytes32 tradeId,uint16 buyerBps)";
const RULING = "Ruling(bytes32 tradeId,uint16 buyerBps,uint16 reasonCode,uint40 validUntil)";

/** Where a signature will count: this chain and this contract, no other. */
export interface Place {
  chainId: number | bigint;
  escrow: string;
}

export type TermsMessage = Record<string, unknown>;

/** What the server asked to have signed is not what this page is about: never hand it to a wallet. */
export class Mismatch extends Error {
  constructor(what: string) {
    super(
      `This site asked for a signature that does not match what you see (${what}). Nothing was signed. Do not go on.`,
    );
    this.name = "Mismatch";
  }
}

/** The id of the trade with these terms, as 0x-hex. */
export function tradeId(terms: TermsMessage, place: Place): string {
  return digest({
    types: { EIP712Domain: [...DOMAIN], Terms: [...TERMS] },
    primaryType: "Terms",
    domain: { name: "Parley Escrow", version: "1", chainId: place.chainId, verifyingContract: place.escrow },
    message: terms,
  });
}

/** Check the Terms to be signed against the page and return the trade id they have. */
export function checkTerms(data: TypedData, place: Place, claimed: string): string {
  checkFrame(data, place, `Terms(${TERMS.map((field) => `${field.type} ${field.name}`).join(",")})`);
  const id = tradeId(data.message, place);
  if (id !== claimed.toLowerCase() || id !== digest(data)) throw new Mismatch("trade id");
  return id;
}

export function checkAction(data: TypedData, place: Place, expected: { tradeId: string; action: string }): void {
  checkFrame(data, place, ACTION);
  checkTradeId(data, expected.tradeId);
  if (data.message.action !== expected.action) throw new Mismatch("action");
}

export function checkSplit(data: TypedData, place: Place, expected: { tradeId: string; buyerBps: number }): void {
  checkFrame(data, place, SPLIT);
  checkTradeId(data, expected.tradeId);
  checkNumber(data, "buyerBps", expected.buyerBps);
}

export function checkRuling(
  data: TypedData,
  place: Place,
  expected: { tradeId: string; buyerBps: number; reasonCode: number },
): void {
  checkFrame(data, place, RULING);
  checkTradeId(data, expected.tradeId);
  checkNumber(data, "buyerBps", expected.buyerBps);
  checkNumber(data, "reasonCode", expected.reasonCode);
}

/** Check that a Safe's owner is asked to sign exactly `ruling` for `panel`, nothing else of that Safe. */
export function checkPanelMessage(data: TypedData, ruling: TypedData, place: Place, panel: string): void {
  const { domain, message } = data;
  if (Object.keys(domain).sort().join() !== "chainId,verifyingContract") throw new Mismatch("name of the contract");
  if (BigInt(String(domain.chainId)) !== BigInt(place.chainId)) throw new Mismatch("chain");
  if (String(domain.verifyingContract).toLowerCase() !== panel.toLowerCase()) throw new Mismatch("panel");
  if (encodeType(data.primaryType, data.types) !== "SafeMessage(bytes message)") throw new Mismatch("kind of message");
  if (String(message.message).toLowerCase() !== digest(ruling)) throw new Mismatch("ruling");
}

/** Terms as the contract takes them: thirteen static words. */
export function encodeTerms(terms: TermsMessage): Uint8Array {
  return join(
    ...TERMS.map(({ name, type }) => {
      const value = terms[name];
      if (type === "address" || type === "bytes32") {
        const bytes = fromHex(String(value));
        if (bytes.length !== (type === "address" ? 20 : 32)) throw new TypeError(`${name} has the wrong length.`);
        return join(new Uint8Array(32 - bytes.length), bytes);
      }
      return word(integer(value, type, true, Number(type.slice(4))));
    }),
  );
}

/** Domain, contract, chain and type must be exactly the escrow's: a changed field order would be another contract. */
function checkFrame(data: TypedData, place: Place, type: string): void {
  const { domain } = data;
  if (domain.name !== "Parley Escrow" || domain.version !== "1") throw new Mismatch("name of the contract");
  if (BigInt(String(domain.chainId)) !== BigInt(place.chainId)) throw new Mismatch("chain");
  if (String(domain.verifyingContract).toLowerCase() !== place.escrow.toLowerCase()) throw new Mismatch("contract");
  if (encodeType(data.primaryType, data.types) !== type) throw new Mismatch("kind of message");
}

function checkTradeId(data: TypedData, expected: string): void {
  if (String(data.message.tradeId).toLowerCase() !== expected.toLowerCase()) throw new Mismatch("trade id");
}

function checkNumber(data: TypedData, name: string, expected: number): void {
  if (Number(data.message[name]) !== expected) throw new Mismatch(name);
}
