// Writing: Enter sends where there is a keyboard, a new line where there is touch; drafts survive a reload.

import { find, make, nearest } from "../page/dom";
import { forgetDraft, restoreDraft } from "../page/drafts";
import { say } from "../page/status";
import { LONGEST_TEXT } from "./conversation";

export class Composer {
  private readonly form: HTMLFormElement;
  private readonly input: HTMLTextAreaElement;
  private readonly send: (text: string) => void;
  private reason = "";
  enterSends = true;
  onTyped: () => void = () => undefined;

  constructor(form: HTMLFormElement, input: HTMLTextAreaElement, send: (text: string) => void) {
    this.form = form;
    this.input = input;
    this.send = send;
    input.dataset.draft ??= "chat";
    restoreDraft(input);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    input.addEventListener("input", () => this.onTyped());
    input.addEventListener("keydown", (event) => {
      const isPlainEnter = event.key === "Enter" && !event.shiftKey && !event.isComposing;
      if (!isPlainEnter || !this.enterSends || !matchMedia("(pointer: fine)").matches) return;
      event.preventDefault();
      form.requestSubmit();
    });
  }

  /** Why nothing can be sent just now; empty to open the composer. What is typed stays in any case. */
  block(reason: string): void {
    this.reason = reason;
    this.show("");
  }

  private submit(): void {
    const text = this.input.value.trim();
    if (!text) return;
    if (this.reason) {
      this.show(this.reason);
      return;
    }
    if (text.length > LONGEST_TEXT) {
      this.show(`At most ${LONGEST_TEXT} characters fit into one message; this one has ${text.length}.`);
      return;
    }
    this.show("");
    this.send(text);
    this.input.value = "";
    forgetDraft(this.input);
    this.input.focus();
  }

  private show(text: string): void {
    let line = find("[data-chat-error]", this.form) ?? nearest(this.form, "[data-chat-error]");
    if (!line && text) {
      line = make("p", { class: "inline-error", "data-chat-error": true, role: "alert" });
      this.form.append(line);
    }
    if (!line) return;
    line.textContent = text;
    line.hidden = !text;
    if (text) say(text);
  }
}
