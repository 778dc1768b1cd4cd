// What the chat's badge says about encryption, and the eight words behind it.

import { find, make } from "../page/dom";

export type Badge = "loading" | "locked" | "waiting" | "encrypted" | "new-device" | "unreadable" | "unsafe" | "closed";

/** Set the badge of a chat section. */
export function setBadge(section: HTMLElement, badge: Badge, text: string): void {
  section.dataset.chatBadge = badge;
  const place = find("[data-chat-state]", section);
  if (!place) return;
  place.dataset.state = badge;
  const words = find("[data-chat-state-text]", place) ?? place;
  if (words.textContent !== text) words.textContent = text;
}

/** Show the words both sides can read to each other. */
export function showFingerprint(section: HTMLElement, words: string[]): void {
  const text = words.join(" ");
  const place = find("[data-chat-words]", section);
  if (place) {
    place.textContent = text;
    const box = place.closest<HTMLElement>("[hidden]");
    if (box) box.hidden = false;
    return;
  }
  find("[data-chat-state]", section)?.after(
    make(
      "details",
      { class: "fold small", "data-chat-fingerprint": true },
      make("summary", {}, "Compare words"),
      make("p", {}, "Both of you see the same eight words while nobody sits between you: ", make("strong", {}, text)),
    ),
  );
}
