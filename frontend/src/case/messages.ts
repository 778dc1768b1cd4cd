// A trader's own view of the log, message by message with the key of each: what can be handed over.

import { readLog, type Stored } from "../chat/api";
import { firstChain, messageKey, nextChain } from "../chat/keys";
import { openMessage } from "../chat/protocol";

export interface Keyed {
  seq: number;
  sender: string;
  n: number;
  sentAt: string;
  key: Uint8Array;
  text: string;
}

export interface Speaker {
  address: string;
  identityKey: string;
}

/** Every message of the conversation with its key; both sides can derive all of them from the root. */
export async function keyedMessages(code: string, root: Uint8Array, speakers: Speaker[]): Promise<Keyed[]> {
  const walks = new Map(speakers.map((one) => [one.address, { ...one, chain: firstChain(root, one.address), n: 1 }]));
  const found: Keyed[] = [];
  for (const { seq, msg } of await wholeLog(code)) {
    const walk = walks.get(msg.sender);
    if (!walk || msg.n < walk.n) continue;
    for (; walk.n < msg.n; walk.n += 1) walk.chain = nextChain(walk.chain);
    const key = messageKey(walk.chain);
    found.push({ seq, sender: msg.sender, n: msg.n, sentAt: msg.sent_at, key, text: read(msg, key, walk.identityKey) });
  }
  return found;
}

async function wholeLog(code: string): Promise<Stored[]> {
  const all: Stored[] = [];
  for (;;) {
    const { items, head } = await readLog(code, all.at(-1)?.seq ?? 0);
    all.push(...items);
    if (items.length === 0 || (all.at(-1)?.seq ?? 0) >= head) return all;
  }
}

function read(message: Stored["msg"], key: Uint8Array, identityKey: string): string {
  try {
    return wordsOf(openMessage(message, key, identityKey));
  } catch (error) {
    return `(cannot be read: ${(error as Error).message})`;
  }
}

/** What a message says, in one line; kinds this page does not know are named. */
export function wordsOf(content: Record<string, unknown>): string {
  if (content.type === "text" && typeof content.text === "string") return content.text;
  const name = typeof content.name === "string" ? `: ${content.name}` : "";
  return `[${String(content.type ?? "unknown")}${name}]`;
}
