// What I write: sealed, queued, drawn as waiting, and sealed again when another device of mine wrote in between.

import type { Refusal } from "../api/client";
import { facts } from "../page/facts";
import type { Said } from "./content";
import type { Conversation } from "./conversation";
import type { LogView } from "./log";
import { Outbox } from "./outbox";
import { hashOf, type Message } from "./protocol";

export interface SendingEvents {
  /** A message got its place in the log. */
  onPlaced(message: Message, seq: number): void;
  /** Bring the log up to date. */
  catchUp(): Promise<void>;
}

export class Sending {
  private readonly conversation: Conversation;
  private readonly log: LogView;
  private readonly events: SendingEvents;
  private readonly outbox: Outbox;
  /** Contents of what waits, by hash: once the log has moved past a message its key is gone. */
  private readonly texts = new Map<string, Said>();

  constructor(code: string, conversation: Conversation, log: LogView, events: SendingEvents) {
    this.conversation = conversation;
    this.log = log;
    this.events = events;
    this.outbox = new Outbox(code, facts().account, {
      onSent: (message, seq) => events.onPlaced(message, seq),
      onRefused: (message, refusal) => void this.refused(message, refusal),
    });
    for (const message of this.outbox.waiting) {
      const said = conversation.recall(message);
      if (said) this.texts.set(hashOf(message), said);
    }
  }

  send(said: Said): void {
    const message = this.conversation.write(said, new Date(), this.outbox.last);
    this.texts.set(hashOf(message), said);
    this.outbox.add(message);
    this.draw();
  }

  /** The log holds this message of mine. */
  settle(message: Message): void {
    this.outbox.settle(message);
  }

  /** Try again now: the line came back. */
  hurry(): void {
    this.outbox.hurry();
  }

  retry(): void {
    this.draw();
    this.outbox.hurry();
  }

  /** Draw what waits; `problem` says why the first of it was refused. */
  draw(problem = ""): void {
    this.log.setPending(
      this.outbox.waiting.map((message, place) => ({
        ...(this.texts.get(hashOf(message)) ?? { text: "…" }),
        at: new Date(message.sent_at),
        state: problem && place === 0 ? ("failed" as const) : ("sending" as const),
        problem,
      })),
    );
  }

  private async refused(message: Message, refusal: Refusal): Promise<void> {
    const known = this.conversation.lastOwn;
    await this.events.catchUp();
    const { lastOwn } = this.conversation;
    const isBehind = refusal.code === "fork" || refusal.code === "gap";
    if (isBehind && (lastOwn > known || message.n !== lastOwn + 1)) this.sealAgain();
    else this.draw(refusal.message);
  }

  /** Put the same texts after what the log holds now. */
  private sealAgain(): void {
    const again: Message[] = [];
    for (const waiting of this.outbox.waiting) {
      const said = this.texts.get(hashOf(waiting));
      if (!said) continue;
      const next = this.conversation.write(said, new Date(), again.at(-1));
      this.texts.set(hashOf(next), said);
      again.push(next);
    }
    this.outbox.replace(again);
    this.draw();
  }
}
