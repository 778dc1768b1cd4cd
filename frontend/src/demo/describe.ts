// What an approve sheet shows: the request in words, and every value as it is, as a real wallet would show it.

import { toHex } from "../chain/bytes";
import { selector } from "../chain/calls";
import type { TypedData } from "../chain/eip712";
import { TERMS } from "../chain/terms";
import { formatUnits } from "../chain/units";
import { facts, sameAddress } from "../page/facts";

export interface Request {
  title: string;
  /** One sentence on what saying yes does. */
  effect: string;
  rows: [string, string][];
  /** A text that is signed as it stands. */
  text: string;
}

const TUPLE = `(${TERMS.map((field) => field.type).join(",")})`;
const FUNCTIONS: Readonly<Record<string, string>> = {
  [`fundEth(${TUPLE})`]: "fundEth: locks the ETH in the escrow",
  [`fund(${TUPLE})`]: "fund: locks the tokens in the escrow",
  [`markPaid(${TUPLE})`]: "markPaid: says that the fiat is on its way",
  [`release(${TUPLE})`]: "release: pays the escrow out to the buyer",
  [`cancel(${TUPLE})`]: "cancel: gives the escrow back to the seller",
  [`dispute(${TUPLE})`]: "dispute: calls the arbiter",
  [`resolve(${TUPLE},uint16,uint16)`]: "resolve: splits the escrow",
  "approve(address,uint256)": "approve: allows a contract to take tokens",
  "withdraw(address,address)": "withdraw: takes out your credit",
};

const EFFECTS: Readonly<Record<string, string>> = {
  Terms: "You agree to the terms of one trade. Nothing moves yet.",
  Offer: "You publish an offer under your name. Nothing moves.",
  "Action:mark_paid": "You state on chain that you have sent the fiat.",
  "Action:release": "The escrow is paid out to the buyer. This cannot be undone.",
  "Action:cancel": "The escrow goes back to the seller. This cannot be undone.",
  "Action:dispute": "The arbiter is called to this trade.",
  Split: "You agree to this split. When both have signed, the coins move.",
  Ruling: "You rule on a dispute. The coins move by this split.",
  SafeMessage: "You sign for a Safe of which your wallet is one owner. It counts once enough owners have signed.",
  ChatSeed: "Your encrypted chat opens on this device. Nothing moves.",
  ChatIdentity: "You vouch for your chat key. Nothing moves.",
};

export function describeConnect(): Request {
  return {
    title: "Connect to this site?",
    effect: "The site sees your address. It cannot move anything.",
    rows: [["Site", location.host]],
    text: "",
  };
}

export function describeText(hex: string): Request {
  const bytes = Uint8Array.from(hex.slice(2).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return {
    title: "Sign this message?",
    effect: "A signature proves that you hold this account. It costs nothing.",
    rows: [["Site", location.host]],
    text: new TextDecoder().decode(bytes),
  };
}

export function describeTypedData(data: TypedData): Request {
  const { primaryType, message, domain } = data;
  const key = primaryType === "Action" ? `Action:${String(message.action)}` : primaryType;
  const rows: [string, string][] = [["Kind", primaryType]];
  for (const { name } of data.types[primaryType] ?? []) rows.push([name, plain(name, message[name])]);
  if (domain.name) rows.push(["For", String(domain.name)]);
  if (domain.verifyingContract) rows.push(["Contract", contractName(String(domain.verifyingContract))]);
  if (domain.chainId !== undefined) rows.push(["Chain", String(domain.chainId)]);
  return { title: "Sign this data?", effect: EFFECTS[key] ?? "A signature over the data below.", rows, text: "" };
}

export function describeTransaction(transaction: Record<string, unknown>): Request {
  const data = String(transaction.data ?? "0x");
  const rows: [string, string][] = [
    ["Sends", `${formatUnits(BigInt(String(transaction.value ?? "0x0")), 18, 18)} ETH`],
    ["To", contractName(String(transaction.to ?? ""))],
    ["Function", functionName(data)],
  ];
  if (data.startsWith(`0x${toHex(selector("approve(address,uint256)"))}`)) {
    rows.push(
      ["Allows", contractName(`0x${data.slice(34, 74)}`)],
      ["Amount", `${BigInt(`0x${data.slice(74, 138)}`)} base units`],
    );
  }
  return {
    title: "Send this transaction?",
    effect: "It costs a network fee in play money and cannot be undone.",
    rows,
    text: "",
  };
}

function functionName(data: string): string {
  if (data === "0x") return "none: a plain payment";
  const wanted = data.slice(2, 10).toLowerCase();
  const known = Object.entries(FUNCTIONS).find(([signature]) => toHex(selector(signature)) === wanted);
  return known ? known[1] : `unknown (0x${wanted})`;
}

function contractName(address: string): string {
  return sameAddress(address, facts().escrow) ? `${address} (escrow)` : address;
}

function plain(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => plain(name, item)).join(", ");
  if (typeof value === "object" && value !== null) return JSON.stringify(value);
  const text = String(value);
  if (/Bps$/i.test(name) && /^\d+$/.test(text)) return `${Number(text) / 100}%`;
  if (/^(?:payBy|validUntil|expiresAt)$/.test(name))
    return `${text} (${new Date(Number(text) * 1000).toLocaleString(document.documentElement.lang || "en")})`;
  return text;
}
