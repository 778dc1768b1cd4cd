// Here and typing: told to the other side while one wants it, kept nowhere. Silence means nothing.

import { call } from "../api/client";
import { find, findAll } from "../page/dom";
import { onConnection, onFrame, sendFrame } from "../page/events";
import { sameAddress } from "../page/facts";
import { say } from "../page/status";

const TELL_EVERY_MS = 20_000;
const HERE_FOR_MS = 45_000;
const TYPING_EVERY_MS = 3_000;
const TYPING_FOR_MS = 5_000;

export interface ChatSettings {
  shows_presence: boolean;
  shows_typing: boolean;
  shows_read: boolean;
  enter_sends: boolean;
}

export class Presence {
  private readonly code: string;
  private readonly peer: string;
  private readonly peerName: string;
  private readonly line: HTMLElement | null;
  settings: ChatSettings = { shows_presence: false, shows_typing: false, shows_read: true, enter_sends: true };
  private hereUntil = 0;
  private typingUntil = 0;
  private typedAt = 0;
  private redraw = 0;

  constructor(section: HTMLElement, code: string, peer: string, peerName: string) {
    this.code = code;
    this.peer = peer;
    this.peerName = peerName;
    this.line = find("[data-chat-presence]", section);
    this.startForm(section);
  }

  async start(): Promise<void> {
    this.settings = await call<ChatSettings>("GET", "/chat/settings");
    this.fillForm();
    onFrame("here", (frame) => {
      if (!this.isPeer(frame)) return;
      const wasHere = this.isHere;
      this.hereUntil = frame.on === false ? 0 : Date.now() + HERE_FOR_MS;
      if (frame.on === false) this.typingUntil = 0;
      // Whoever comes learns at once who is there already.
      if (this.isHere && !wasHere) this.tell();
      this.draw();
    });
    onFrame("typing", (frame) => {
      if (!this.isPeer(frame)) return;
      this.typingUntil = Date.now() + TYPING_FOR_MS;
      this.draw();
    });
    onFrame("chat", () => {
      this.typingUntil = 0;
      this.draw();
    });
    onConnection((isUp) => {
      if (isUp) this.tell();
      else this.hereUntil = this.typingUntil = 0;
      this.draw();
    });
    window.setInterval(() => this.tell(), TELL_EVERY_MS);
    document.addEventListener("visibilitychange", () => this.tell());
    window.addEventListener("pagehide", () => this.tell(false));
    this.tell();
  }

  /** The reader typed something. */
  typed(): void {
    if (!this.settings.shows_typing || Date.now() - this.typedAt < TYPING_EVERY_MS) return;
    this.typedAt = Date.now();
    sendFrame({ t: "typing", trade: this.code });
  }

  private get isHere(): boolean {
    return Date.now() < this.hereUntil;
  }

  private tell(isHere = !document.hidden): void {
    if (this.settings.shows_presence) sendFrame({ t: "here", trade: this.code, on: isHere });
  }

  private isPeer(frame: Readonly<Record<string, unknown>>): boolean {
    return frame.trade === this.code && typeof frame.by === "string" && sameAddress(frame.by, this.peer);
  }

  private draw(): void {
    window.clearTimeout(this.redraw);
    const now = Date.now();
    const isTyping = now < this.typingUntil;
    if (this.line) {
      this.line.textContent = isTyping ? `${this.peerName} is typing…` : this.isHere ? `${this.peerName} is here` : "";
      this.line.dataset.here = this.isHere ? "1" : "0";
    }
    const next = Math.min(...[this.typingUntil, this.hereUntil].filter((until) => until > now));
    if (Number.isFinite(next)) this.redraw = window.setTimeout(() => this.draw(), next - now + 50);
  }

  private startForm(section: HTMLElement): void {
    for (const box of findAll<HTMLInputElement>("[data-chat-setting]", section)) {
      box.addEventListener("change", () => {
        const before = this.settings;
        const changed = { ...before, [box.name]: box.checked };
        if (before.shows_presence && !changed.shows_presence) this.tell(false);
        this.settings = changed;
        void call("PUT", "/chat/settings", changed).then(
          () => say("Chat settings saved."),
          (error: Error) => {
            this.settings = before;
            this.fillForm();
            say(error.message);
          },
        );
      });
    }
  }

  private fillForm(): void {
    for (const box of findAll<HTMLInputElement>("[data-chat-setting]")) {
      box.checked = this.settings[box.name as keyof ChatSettings];
      box.disabled = false;
    }
  }
}
