// The calls about a case's material. What goes through here is ciphertext, sealed keys and public keys.

import { call } from "../api/client";
import type { PublishedKey, Stored } from "../chat/api";

export interface Disclosures {
  arbiter_key: PublishedKey | null;
  items: { sender: string; n: number }[];
}

export interface SealedKey {
  sender: string;
  n: number;
  sealed: string;
}

export interface EvidenceFile {
  id: number;
  side: "buyer" | "seller";
  note: string;
  manifest: string;
  size: number;
  digest: string;
  chunks: number;
  sealed: Record<string, string>;
  at: string;
  complete: boolean;
  missing: number[];
}

export interface Handed extends SealedKey {
  by: "buyer" | "seller";
}

export interface Transcript {
  host: string;
  trade: string;
  head: number;
  people: PublishedKey[];
  items: Stored[];
  disclosures: Handed[];
}

const trade = (code: string): string => `/trades/${encodeURIComponent(code)}`;
const cases = (code: string): string => `/arbiter/cases/${encodeURIComponent(code)}`;

export function readDisclosures(code: string): Promise<Disclosures> {
  return call("GET", `${trade(code)}/disclosures`);
}

export function disclose(code: string, items: SealedKey[]): Promise<Disclosures> {
  return call("POST", `${trade(code)}/disclosures`, { items });
}

export async function readEvidence(code: string): Promise<EvidenceFile[]> {
  return (await call<{ items: EvidenceFile[] }>("GET", `${trade(code)}/evidence`)).items;
}

export function announceFile(code: string, file: Record<string, unknown>): Promise<EvidenceFile> {
  return call("POST", `${trade(code)}/evidence`, file);
}

export function putChunk(code: string, file: number, n: number, data: string): Promise<EvidenceFile> {
  return call("PUT", `${trade(code)}/evidence/${file}/chunks/${n}`, { data });
}

export async function readChunk(code: string, file: number, n: number): Promise<string> {
  return (await call<{ data: string }>("GET", `${trade(code)}/evidence/${file}/chunks/${n}`)).data;
}

export function shareFile(code: string, file: number, sealed: Record<string, string>): Promise<EvidenceFile> {
  return call("PUT", `${trade(code)}/evidence/${file}/readers`, { sealed });
}

export function publishCaseKey(code: string, key: Record<string, string>): Promise<PublishedKey> {
  return call("PUT", `${cases(code)}/key`, key);
}

export function readTranscript(code: string): Promise<Transcript> {
  return call("GET", `${cases(code)}/transcript`);
}

export function readExport(code: string): Promise<Record<string, unknown> & { transcript: Transcript }> {
  return call("GET", `${cases(code)}/export`);
}
