// Judging a transcript without trusting who shows it: the browser's twin of exchange/disputes/verdict.py.

import { checkBinding } from "../chat/binding";
import { isTradeKeySigned } from "../chat/keys";
import { checkFollows, GENESIS, hashOf, isMessage, openMessage, type Message } from "../chat/protocol";
import type { PublishedKey, Stored } from "../chat/api";

export interface OpenKey {
  sender: string;
  n: number;
  key: Uint8Array;
  by: string;
}

export interface Line {
  seq: number;
  sender: string;
  n: number;
  sentAt: string;
  /** Null while the message is withheld or cannot be opened. */
  content: Record<string, unknown> | null;
  problem: string;
}

export interface Verdict {
  lines: Line[];
  total: number;
  read: number;
  problems: string[];
  /** Counters withheld, by sender. */
  withheld: Map<string, number[]>;
  words: string;
}

/** The log as it is shown: what the server gives, or what an export holds. */
export interface Shown {
  host: string;
  trade: string;
  head: number;
  people: PublishedKey[];
  items: Stored[];
}

/** What can be said of this record with these keys. `nameOf` gives an address a name. */
export function judge(record: Shown, keys: OpenKey[], nameOf: (address: string) => string): Verdict {
  const problems = record.people.flatMap((person) => judgePerson(person, record));
  const people = new Map(record.people.map((person) => [person.account, person]));
  const disclosed = new Map<string, OpenKey[]>();
  for (const key of keys) {
    const place = `${key.sender.toLowerCase()}:${key.n}`;
    disclosed.set(place, [...(disclosed.get(place) ?? []), key]);
  }
  const lines: Line[] = [];
  const last = new Map<string, { n: number; hash: string }>();
  const seen = new Set<string>();
  record.items.forEach((item, at) => {
    const place = at + 1;
    if (item.seq !== place) problems.push(`Message ${place} is missing: the next one has the place ${item.seq}.`);
    const person = isMessage(item.msg) ? people.get(item.msg.sender) : undefined;
    if (!person || item.msg.trade !== record.trade) {
      problems.push(`Message ${place} does not belong to this conversation.`);
      return;
    }
    const { sender, n } = item.msg;
    seen.add(`${sender.toLowerCase()}:${n}`);
    const line = judgeMessage(item.msg, place, person, last.get(sender), disclosed.get(`${sender.toLowerCase()}:${n}`));
    last.set(sender, { n, hash: hashOf(item.msg) });
    lines.push(line);
    if (line.problem) problems.push(line.problem);
  });
  if (record.head !== record.items.length) {
    problems.push(`The log has ${record.head} messages and ${record.items.length} of them are here: its end is cut off.`);
  }
  for (const [place, [key]] of disclosed) {
    if (key && !seen.has(place)) problems.push(`${nameOf(key.sender)}'s message ${key.n} was handed over but is not in the log.`);
  }
  const withheld = new Map<string, number[]>();
  for (const line of lines) {
    if (disclosed.has(`${line.sender.toLowerCase()}:${line.n}`)) continue;
    withheld.set(line.sender, [...(withheld.get(line.sender) ?? []), line.n]);
  }
  const read = lines.filter((line) => line.content).length;
  return { lines, total: lines.length, read, problems, withheld, words: wordsOf(lines.length, problems, withheld, nameOf) };
}

function judgePerson(person: PublishedKey, record: Shown): string[] {
  const found: string[] = [];
  const claim = {
    account: person.account,
    identityKey: person.identity_key,
    host: record.host,
    signature: person.wallet_signature,
  };
  if (checkBinding(claim) === "forged") {
    found.push(`The wallet ${person.account} did not sign this chat identity with its own key.`);
  }
  const key = { publicKey: person.public_key, signature: person.signature };
  if (!isTradeKeySigned(key, person.identity_key, record.trade)) {
    found.push(`The chat identity of ${person.account} did not sign its key for this trade.`);
  }
  return found;
}

function judgeMessage(
  message: Message,
  place: number,
  person: PublishedKey,
  last: { n: number; hash: string } | undefined,
  keys: OpenKey[] | undefined,
): Line {
  const { sender, n, sent_at: sentAt } = message;
  const line: Line = { seq: place, sender, n, sentAt, content: null, problem: "" };
  try {
    // A wrong key proves nothing against the message if the other side's key opens it.
    const failures: string[] = [];
    for (const { key, by } of keys ?? []) {
      try {
        line.content ??= openMessage(message, key, person.identity_key);
      } catch (error) {
        failures.push(`Message ${place}: the key from the ${by} does not fit. ${(error as Error).message}`);
      }
    }
    if (failures.length > 0) line.problem = failures.join(" ");
    if (!keys) openMessage(message, new Uint8Array(32), person.identity_key);
  } catch (error) {
    // Without a key the text stays shut, which is no fault; a signature that does not fit is one.
    const { message: words } = error as Error;
    if (words.startsWith("The signature")) line.problem = `Message ${place}: ${words}`;
  }
  try {
    checkFollows(message, last ?? { n: 0, hash: GENESIS });
  } catch (error) {
    line.problem ||= `Message ${place}: ${(error as Error).message}`;
  }
  return line;
}

function wordsOf(
  total: number,
  problems: string[],
  withheld: Map<string, number[]>,
  nameOf: (address: string) => string,
): string {
  if (problems.length > 0) {
    return `${problems.length} of the checks failed; do not rely on this transcript.`;
  }
  const hidden = [...withheld.values()].reduce((sum, some) => sum + some.length, 0);
  const proved = "both sides, signatures valid, order unbroken";
  if (hidden === 0) return `${total} of ${total} messages, ${proved}.`;
  const where = [...withheld].map(([sender, counters]) => `${nameOf(sender)}'s ${rangesOf(counters)}`).join(", ");
  return `${total - hidden} of ${total} messages, ${proved}; withheld: ${where}.`;
}

/** `1, 3 to 5` for 1, 3, 4, 5. */
export function rangesOf(numbers: number[]): string {
  const runs: [number, number][] = [];
  for (const n of [...numbers].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && n === run[1] + 1) run[1] = n;
    else runs.push([n, n]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from} to ${to}`)).join(", ");
}
