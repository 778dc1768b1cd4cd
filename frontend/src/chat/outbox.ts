// Messages on their way: ciphertext in localStorage, one at a time, again and again until the server gave them a place.

import { Refusal } from "../api/client";
import { onFrame, sendFrame, type Frame } from "../page/events";
import { postMessage } from "./api";
import { hashOf, isMessage, type Message } from "./protocol";

const ACK_MS = 6_000;
const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 30_000;

export interface OutboxEvents {
  /** The server gave the message its place. */
  onSent(message: Message, seq: number): void;
  /** The server will not take it as it is. */
  onRefused(message: Message, refusal: Refusal): void;
}

export class Outbox {
  private readonly key: string;
  private readonly code: string;
  private readonly events: OutboxEvents;
  private queue: Message[];
  private isSending = false;
  private isHeld = false;
  private retryIn = FIRST_RETRY_MS;
  private retry = 0;

  constructor(code: string, account: string, events: OutboxEvents) {
    this.code = code;
    this.key = `parley:${account.toLowerCase()}:outbox:${code}`;
    this.events = events;
    this.queue = this.load();
  }

  get waiting(): readonly Message[] {
    return this.queue;
  }

  get last(): Message | undefined {
    return this.queue.at(-1);
  }

  add(message: Message): void {
    this.queue.push(message);
    this.save();
    void this.flush();
  }

  /** Put other messages in place of all that wait. */
  replace(messages: Message[]): void {
    this.queue = messages;
    this.save();
    this.isHeld = false;
    void this.flush();
  }

  /** The log holds this very message. Another one with the same counter stays, to be sealed again. */
  settle(message: Message): void {
    const hash = hashOf(message);
    const left = this.queue.filter((waiting) => waiting.n !== message.n || hashOf(waiting) !== hash);
    if (left.length === this.queue.length) return;
    this.queue = left;
    this.save();
  }

  /** Try now: the line came back, or the reader asked. */
  hurry(): void {
    window.clearTimeout(this.retry);
    this.retryIn = FIRST_RETRY_MS;
    this.isHeld = false;
    void this.flush();
  }

  private async flush(): Promise<void> {
    if (this.isSending || this.isHeld) return;
    this.isSending = true;
    try {
      for (let next = this.queue[0]; next; next = this.queue[0]) {
        const { seq } = await this.deliver(next);
        this.retryIn = FIRST_RETRY_MS;
        this.settle(next);
        this.events.onSent(next, seq);
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.isSending = false;
    }
  }

  private fail(error: unknown): void {
    const [first] = this.queue;
    if (error instanceof Refusal && !error.isPassing && first) {
      this.isHeld = true;
      this.events.onRefused(first, error);
      return;
    }
    window.clearTimeout(this.retry);
    this.retry = window.setTimeout(() => void this.flush(), this.retryIn);
    this.retryIn = Math.min(this.retryIn * 2, LAST_RETRY_MS);
  }

  /** By the socket if there is one; what it does not acknowledge in time goes by HTTP, where it is idempotent. */
  private async deliver(message: Message): Promise<{ seq: number }> {
    const seq = await this.deliverLive(message);
    return seq === null ? postMessage(this.code, message) : { seq };
  }

  private deliverLive(message: Message): Promise<number | null> {
    return new Promise((resolve) => {
      const done = (seq: number | null): void => {
        waiters.delete(waiter);
        window.clearTimeout(timer);
        resolve(seq);
      };
      const waiter = (frame: Frame): void => {
        if (frame.trade !== this.code || frame.n !== message.n) return;
        // A refusal is asked for again over HTTP, which says it in full.
        done(frame.t === "ack" && typeof frame.seq === "number" ? frame.seq : null);
      };
      const timer = window.setTimeout(() => done(null), ACK_MS);
      waiters.add(waiter);
      if (!sendFrame({ t: "chat", trade: this.code, msg: message })) done(null);
    });
  }

  private load(): Message[] {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(this.key) ?? "[]");
      return Array.isArray(kept) ? kept.filter(isMessage) : [];
    } catch {
      return [];
    }
  }

  private save(): void {
    if (this.queue.length > 0) localStorage.setItem(this.key, JSON.stringify(this.queue));
    else localStorage.removeItem(this.key);
  }
}

const waiters = new Set<(frame: Frame) => void>();
for (const kind of ["ack", "error"]) {
  onFrame(kind, (frame) => {
    for (const waiter of [...waiters]) waiter(frame);
  });
}
