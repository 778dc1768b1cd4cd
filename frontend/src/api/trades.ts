// The calls about trades and offers that the wallet code makes. Field names as in the API's reference.

import type { Call } from "../chain/calls";
import type { TypedData } from "../chain/eip712";
import { call, newKey } from "./client";

export interface Trade {
  id: string;
  trade_id: string;
  state: string;
  version: number;
  role: string;
  asset: string;
  /** Coins as a decimal number. */
  amount_asset: string;
  terms: TypedData;
}

export interface HowTo {
  typed_data: TypedData | null;
  call: Call | null;
  approve?: Call | null;
}

export interface Relayed {
  intent?: unknown;
  state?: string;
}

const path = (code: string): string => `/trades/${encodeURIComponent(code)}`;

export function readTrade(code: string): Promise<Trade> {
  return call("GET", path(code));
}

export function readHowTo(code: string, action: string, query = ""): Promise<HowTo> {
  return call("GET", `${path(code)}/actions/${action}${query}`);
}

export function relayAction(code: string, action: string, body: Record<string, unknown>): Promise<Relayed> {
  return call("POST", `${path(code)}/actions/${action}`, body, { key: newKey() });
}

export function signTerms(code: string, signature: string): Promise<unknown> {
  return call("POST", `${path(code)}/terms-signature`, { signature });
}

export function tellTransaction(code: string, hash: string): Promise<unknown> {
  return call("POST", `${path(code)}/transactions`, { hash });
}

export interface Offer {
  id: string;
  typed_data: TypedData;
  maker?: { address?: string };
}

export function readOffer(code: string): Promise<Offer> {
  return call("GET", `/offers/${encodeURIComponent(code)}`);
}

export function signOffer(code: string, signature: string): Promise<unknown> {
  return call("POST", `/offers/${encodeURIComponent(code)}/signature`, { signature });
}

/** How to rule; where a panel rules, `typed_data` is the Safe's message around the digest of `ruling_data`. */
export interface HowToRule extends HowTo {
  ruling_data: TypedData;
  panel: string | null;
}

export function readRuling(code: string, buyerBps: number, reasonCode: number): Promise<HowToRule> {
  return call(
    "GET",
    `/arbiter/cases/${encodeURIComponent(code)}/ruling?buyer_bps=${buyerBps}&reason_code=${reasonCode}`,
  );
}

export function giveRuling(code: string, body: Record<string, unknown>): Promise<{ intent: unknown }> {
  return call("POST", `/arbiter/cases/${encodeURIComponent(code)}/ruling`, body);
}

/** A colleague's ruling for a panel, and what to sign to agree to it. */
export interface Proposal {
  terms: TypedData;
  ruling_data: TypedData;
  typed_data: TypedData;
}

export function readProposal(code: string): Promise<Proposal> {
  return call("GET", `/arbiter/cases/${encodeURIComponent(code)}/signature`);
}

export function signProposal(code: string, signature: string): Promise<{ intent: unknown }> {
  return call("POST", `/arbiter/cases/${encodeURIComponent(code)}/signature`, { signature });
}
