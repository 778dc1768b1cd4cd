// Read marks: how far I have received and read the log, and how far the other side has.

import { onConnection, onFrame, sendFrame, type Frame } from "../page/events";
import { sameAddress } from "../page/facts";
import { postRead } from "./api";
import type { LogView } from "./log";

export class ReadMarks {
  private readonly code: string;
  private readonly peer: string;
  private readonly log: LogView;
  private readonly head: () => number;
  private readTo = 0;
  private deliveredTo = 0;

  constructor(code: string, peer: string, log: LogView, head: () => number) {
    this.code = code;
    this.peer = peer;
    this.log = log;
    this.head = head;
    onFrame("read", (frame) => this.heard(frame));
    // Marks told while the line was down are not told again: ask.
    onConnection((isUp) => isUp && this.readTo > 0 && this.exchange());
    document.addEventListener("visibilitychange", () => this.tell());
    window.addEventListener("focus", () => this.tell());
  }

  /** Tell what is in sight as read, and what only arrived in a hidden tab as delivered. */
  tell(): void {
    const head = this.head();
    if (head > this.readTo && !document.hidden && document.hasFocus()) {
      const isFirst = this.readTo === 0;
      this.readTo = this.deliveredTo = head;
      // The first time over HTTP, because the answer also tells how far the other side is.
      if (!isFirst && sendFrame({ t: "read", trade: this.code, seq: head })) return;
      this.exchange();
    } else if (head > this.deliveredTo && sendFrame({ t: "read", trade: this.code, seq: head, delivered: true })) {
      this.deliveredTo = head;
    }
  }

  /** Tell by HTTP, whose answer holds both sides' marks. */
  private exchange(): void {
    void postRead(this.code, this.readTo).then(
      (marks) => marks.forEach((mark) => this.show(mark)),
      () => undefined,
    );
  }

  private heard(frame: Frame): void {
    if (frame.trade !== this.code || typeof frame.by !== "string") return;
    this.show({ account: frame.by, delivered: Number(frame.delivered ?? 0), read: Number(frame.read ?? 0) });
  }

  private show(mark: { account: string; delivered: number; read: number }): void {
    if (sameAddress(mark.account, this.peer)) this.log.setMarks(mark);
  }
}
