// What the server once showed it must show again: a log that shrinks, skips or changes is noticed, across reloads too.

import { sha256 } from "@noble/hashes/sha2.js";
import { fromHex, join, toHex } from "../chain/bytes";
import { GENESIS, hashOf, type Message } from "./protocol";

const ADVICE = "Do not pay or release on what is said here. Save a screenshot and tell the operators.";

export class Witness {
  private readonly key: string;
  private readonly promised = new Map<number, string>();
  private chain = GENESIS;
  private seen: { seq: number; chain: string };

  constructor(code: string, account: string) {
    this.key = `parley:${account.toLowerCase()}:log:${code}`;
    this.seen = this.load();
  }

  /** The server said that my message stands at `seq`. */
  promise(seq: number, message: Message): void {
    this.promised.set(seq, hashOf(message));
  }

  /** The next message of the log; what is wrong with the server's account of it, or nothing. */
  hear(seq: number, message: Message): string {
    const hash = hashOf(message);
    this.chain = toHex(sha256(join(fromHex(this.chain), fromHex(hash))));
    const promised = this.promised.get(seq);
    this.promised.delete(seq);
    if (promised && promised !== hash)
      return `This site said that your message has the place ${seq} and shows another there. ${ADVICE}`;
    if (seq === this.seen.seq && this.chain !== this.seen.chain)
      return `This site shows other messages than before, or the same in another order. ${ADVICE}`;
    if (seq > this.seen.seq) this.save({ seq, chain: this.chain });
    return "";
  }

  /** The server's log ends at `head`, and this is all it has to give after `known`: `next` is where it goes on. */
  judge(known: number, head: number, next: number | undefined): string {
    if (head < Math.max(known, this.seen.seq))
      return `This site dropped messages that it showed before: ${this.seen.seq} there were, ${head} there are. ${ADVICE}`;
    if (next !== undefined && next !== known + 1)
      return `This site left out what comes after message ${known}. ${ADVICE}`;
    if (next === undefined && head > known) return `This site keeps back what comes after message ${known}. ${ADVICE}`;
    return "";
  }

  private load(): { seq: number; chain: string } {
    try {
      const { seq, chain } = JSON.parse(localStorage.getItem(this.key) ?? "{}") as { seq?: unknown; chain?: unknown };
      if (Number.isSafeInteger(seq) && typeof chain === "string") return { seq: seq as number, chain };
    } catch {
      // Nothing usable was kept.
    }
    return { seq: 0, chain: GENESIS };
  }

  private save(seen: { seq: number; chain: string }): void {
    this.seen = seen;
    localStorage.setItem(this.key, JSON.stringify(seen));
  }
}
