// The log on screen. Texts are inert: text nodes only, links shown whole and never live.

import { find, findAll, make } from "../page/dom";
import { clockWords } from "../page/spans";
import type { FileNote } from "./content";
import { noticesFor } from "./notices";

export interface Line {
  isMine: boolean;
  text: string | null;
  file?: FileNote | undefined;
  problem: string;
  at: Date;
}

export type Delivery = "sending" | "sent" | "delivered" | "read" | "failed";

const STATES: Readonly<Record<Delivery, string>> = {
  sending: "sending",
  sent: "sent",
  delivered: "delivered",
  read: "read",
  failed: "not sent",
};

export class LogView {
  private readonly list: HTMLElement;
  private readonly template: HTMLTemplateElement | null;
  private readonly names: { mine: string; theirs: string };
  private readonly onRetry: () => void;
  private readonly own = new Map<number, HTMLElement>();
  private unseen = 0;
  private jump: HTMLButtonElement | null = null;
  /** Draws a file; set once the part that can fetch it is there. */
  drawFile: ((file: FileNote) => HTMLElement) | null = null;

  constructor(
    list: HTMLElement,
    template: HTMLTemplateElement | null,
    names: { mine: string; theirs: string },
    onRetry: () => void,
  ) {
    this.list = list;
    this.template = template;
    this.names = names;
    this.onRetry = onRetry;
    list.setAttribute("aria-live", "off");
    if (!list.hasAttribute("tabindex")) list.tabIndex = 0;
    list.addEventListener("scroll", () => {
      if (this.isAtEnd()) this.clearUnseen();
    });
  }

  /** The first load is done: from now on additions are spoken. */
  settle(): void {
    this.scrollToEnd();
    window.setTimeout(() => this.list.setAttribute("aria-live", "polite"), 500);
  }

  /** Put the message with place `seq` into the log. */
  add(seq: number, line: Line): void {
    const wasAtEnd = this.isAtEnd();
    const item = this.draw(line);
    item.dataset.seq = String(seq);
    if (line.isMine) {
      this.own.set(seq, item);
      this.setState(item, "sent");
    } else if (line.text !== null) {
      for (const notice of noticesFor(line.text)) item.append(note(notice.text, notice.kind));
    }
    const before = findAll("[data-pending]", this.list)[0];
    if (before) before.before(item);
    else this.list.append(item);
    if (wasAtEnd || line.isMine) this.scrollToEnd();
    else if (!line.isMine) this.countUnseen();
  }

  /** Draw what waits to be sent, after everything that has a place. */
  setPending(lines: { text: string; file?: FileNote; at: Date; state: Delivery; problem?: string }[]): void {
    for (const item of findAll("[data-pending]", this.list)) item.remove();
    for (const { text, file, at, state, problem = "" } of lines) {
      const item = this.draw({ isMine: true, text, file, problem: "", at });
      item.dataset.pending = "";
      this.setState(item, state);
      if (state === "failed") {
        const retry = make("button", { type: "button", class: "button button-quiet button-small" }, "Retry");
        retry.addEventListener("click", this.onRetry);
        item.append(note(problem, "failed"), retry);
      }
      this.list.append(item);
    }
    if (lines.length > 0) this.scrollToEnd();
  }

  /** How far the other side has received and read. */
  setMarks({ delivered, read }: { delivered: number; read: number }): void {
    for (const [seq, item] of this.own) {
      this.setState(item, seq <= read ? "read" : seq <= delivered ? "delivered" : "sent");
    }
  }

  isAtEnd(): boolean {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 48;
  }

  private draw({ isMine, text, file, problem, at }: Line): HTMLElement {
    const item = (this.template?.content.firstElementChild?.cloneNode(true) ?? blankLine()) as HTMLElement;
    item.dataset.mine = isMine ? "1" : "0";
    fill(item, "[data-line-name]", isMine ? this.names.mine : this.names.theirs);
    fill(item, "[data-line-text]", text ?? `This message cannot be read. ${problem}`);
    const body = find("[data-line-text]", item);
    body?.setAttribute("dir", "auto");
    if (file) body?.replaceWith(this.drawFile?.(file) ?? make("p", { class: "line-text" }, file.name));
    const time = find<HTMLTimeElement>("[data-line-time]", item) ?? find<HTMLTimeElement>("time", item);
    if (time) {
      time.textContent = clockWords(at, new Date());
      time.dateTime = at.toISOString();
      time.dataset.local = "1";
    }
    if (text === null) item.dataset.unreadable = "";
    else if (problem) item.append(note(`Odd: ${problem}`, "odd"));
    return item;
  }

  private setState(item: HTMLElement, state: Delivery): void {
    if (item.dataset.state === state) return;
    item.dataset.state = state;
    fill(item, "[data-line-state]", STATES[state]);
  }

  private scrollToEnd(): void {
    this.list.scrollTop = this.list.scrollHeight;
    this.clearUnseen();
  }

  /** The reader looks at older messages: a button instead of a jump. */
  private countUnseen(): void {
    this.unseen += 1;
    if (!this.jump) {
      this.jump = make("button", { type: "button", class: "button button-small chat-new", "data-chat-new": true });
      this.jump.addEventListener("click", () => {
        this.scrollToEnd();
        this.list.focus();
      });
      this.list.after(this.jump);
    }
    this.jump.textContent = `New messages (${this.unseen})`;
  }

  private clearUnseen(): void {
    this.unseen = 0;
    this.jump?.remove();
    this.jump = null;
  }
}

function fill(item: HTMLElement, selector: string, text: string): void {
  const place = find(selector, item);
  if (place) place.textContent = text;
}

function note(text: string, kind: string): HTMLElement {
  return make("p", { class: "chat-note small muted", "data-note": kind }, text);
}

/** Used where the page brings no template. */
function blankLine(): HTMLElement {
  const meta = [
    make("span", { "data-line-name": true }),
    make("time", { "data-line-time": true }),
    make("span", { "data-line-state": true }),
  ];
  return make(
    "li",
    { class: "line" },
    make("p", { class: "line-text", "data-line-text": true }),
    make("p", { class: "line-meta" }, ...meta),
  );
}
