// One conversation as this device knows it: reads messages in order, says what is wrong with any, writes the next one.

import { contentOf, readContent, type FileNote, type Said } from "./content";
import { firstChain, messageKey, nextChain, type Identity } from "./keys";
import { checkFollows, GENESIS, hashOf, openMessage, seal, Unreadable, type Message } from "./protocol";

/** No honest log makes anybody walk further at once. */
const LONGEST_GAP = 5_000;
export const LONGEST_TEXT = 4_000;

interface Side {
  address: string;
  identityKey: string;
  /** Key chain standing before message `last.n + 1`. */
  chain: Uint8Array;
  last: { n: number; hash: string };
}

export interface Parties {
  tradeId: string;
  root: Uint8Array;
  identity: Identity;
  me: string;
  peer: { address: string; identityKey: string };
}

/** What a message turned out to be. */
export interface Reading {
  isMine: boolean;
  text: string | null;
  file?: FileNote;
  /** Why it cannot be read, or what is odd about it; empty when all is well. */
  problem: string;
}

export class Conversation {
  private readonly tradeId: string;
  private readonly identity: Identity;
  private readonly mine: Side;
  private readonly theirs: Side;

  constructor({ tradeId, root, identity, me, peer }: Parties) {
    const side = (address: string, identityKey: string): Side => ({
      address,
      identityKey,
      chain: firstChain(root, address),
      last: { n: 0, hash: GENESIS },
    });
    this.tradeId = tradeId;
    this.identity = identity;
    this.mine = side(me, identity.publicKey);
    this.theirs = side(peer.address, peer.identityKey);
  }

  /** The counter of my newest message in the log. */
  get lastOwn(): number {
    return this.mine.last.n;
  }

  /** Read the next message of the log. Never throws: a bad message must not hide the good ones after it. */
  read(message: Message): Reading {
    const isMine = message.sender === this.mine.address;
    const side = isMine ? this.mine : this.theirs;
    try {
      if (message.sender !== side.address) throw new Unreadable("It is from neither of you.");
      if (message.trade !== this.tradeId) throw new Unreadable("It was written for another trade.");
      if (message.n <= side.last.n) throw new Unreadable("It repeats or rewrites an earlier message.");
      if (message.n - side.last.n > LONGEST_GAP) throw new Unreadable("Its counter is out of all order.");
      const chain = walk(side.chain, message.n - side.last.n - 1);
      const said = readContent(openMessage(message, messageKey(chain), side.identityKey));
      const problem = oddity(message, side);
      side.chain = nextChain(chain);
      side.last = { n: message.n, hash: hashOf(message) };
      return { isMine, ...said, problem };
    } catch (error) {
      return { isMine, text: null, problem: error instanceof Error ? error.message : "It cannot be read." };
    }
  }

  /** Seal a text or a file as the message after `before`, or after my newest one in the log when nothing waits to be sent. */
  write(said: string | Said, now: Date, before?: Message): Message {
    const last = before ? { n: before.n, hash: hashOf(before) } : this.mine.last;
    const header = {
      v: 1,
      trade: this.tradeId,
      sender: this.mine.address,
      n: last.n + 1,
      prev: last.hash,
      sent_at: now.toISOString(),
    } as const;
    const content = contentOf(typeof said === "string" ? { text: said } : said);
    return seal(header, content, this.keyAt(header.n), this.identity);
  }

  /** What a message of mine says that is not in the log yet; null when it is not mine to open. */
  recall(message: Message): Said | null {
    try {
      if (message.sender !== this.mine.address || message.n <= this.mine.last.n) return null;
      return readContent(openMessage(message, this.keyAt(message.n), this.mine.identityKey));
    } catch {
      return null;
    }
  }

  private keyAt(n: number): Uint8Array {
    return messageKey(walk(this.mine.chain, n - this.mine.last.n - 1));
  }
}

function walk(chain: Uint8Array, steps: number): Uint8Array {
  let at = chain;
  for (let step = 0; step < steps; step += 1) at = nextChain(at);
  return at;
}

/** The text is its sender's, but something before it is missing or was altered. */
function oddity(message: Message, side: Side): string {
  try {
    checkFollows(message, side.last);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}
