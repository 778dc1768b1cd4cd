// The chat's calls. Everything that goes through here is public keys, signatures and ciphertext.

import { call, Refusal } from "../api/client";
import type { Envelope, Message } from "./protocol";

export interface StoredIdentity {
  public_key: string;
  wallet_signature: string;
  backup?: string | null;
}

export interface PublishedKey {
  account: string;
  identity_key: string;
  wallet_signature: string;
  public_key: string;
  signature: string;
}

export interface Stored {
  seq: number;
  received_at: string;
  msg: Message;
}

export interface Mark {
  account: string;
  delivered: number;
  read: number;
}

export interface LogPage {
  items: Stored[];
  head: number;
}

const path = (code: string): string => `/trades/${encodeURIComponent(code)}`;

/** One's own identity as the server has it; null before enrolment. */
export async function readIdentity(): Promise<StoredIdentity | null> {
  try {
    return await call<StoredIdentity>("GET", "/chat/identity");
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return null;
    throw error;
  }
}

export function saveIdentity(identity: StoredIdentity): Promise<unknown> {
  return call("PUT", "/chat/identity", identity);
}

export async function readKeys(code: string): Promise<PublishedKey[]> {
  return (await call<{ items: PublishedKey[] }>("GET", `${path(code)}/chat-keys`)).items;
}

export function publishKey(code: string, publicKey: string, signature: string): Promise<unknown> {
  return call("PUT", `${path(code)}/chat-key`, { public_key: publicKey, signature });
}

export function readLog(code: string, after: number): Promise<LogPage> {
  return call("GET", `${path(code)}/messages?after=${after}&limit=100`);
}

/** Send without a socket. The message itself makes the call repeatable: the same one gets the same place. */
export function postMessage(code: string, message: Message): Promise<{ seq: number }> {
  return call("POST", `${path(code)}/messages`, { msg: message }, { key: message.sig.slice(0, 32) });
}

/** Say how far the log was read; the answer tells both sides' marks. */
export async function postRead(code: string, seq: number): Promise<Mark[]> {
  return (await call<{ items: Mark[] }>("POST", `${path(code)}/read`, { seq }, { isQuiet: true })).items;
}

/** The sealed account details, or null while there are none for the reader. */
export async function readDetails(code: string): Promise<Envelope | null> {
  try {
    return (await call<{ envelope: Envelope }>("GET", `${path(code)}/payment-details`)).envelope;
  } catch (error) {
    // Not there yet; every other refusal says what the reader must do first.
    if (error instanceof Refusal && ["not_found", "not_locked", "no_details"].includes(error.code)) return null;
    throw error;
  }
}

export function handOver(code: string, envelope: Envelope): Promise<unknown> {
  return call("PUT", `${path(code)}/payment-details`, { envelope });
}
