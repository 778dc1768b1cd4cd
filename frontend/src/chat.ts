// The trade room's chat. The page loads this small file; the cryptography follows when there is a chat to open.

import "./page/base";
import { find, findAll, whenReady } from "./page/dom";
import { facts } from "./page/facts";
import { say } from "./page/status";
import { vault } from "./chat/vault";

whenReady(() => {
  // Account numbers never travel in clear: until the chat is open the form leads nowhere.
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!(form instanceof HTMLFormElement) || !form.matches("[data-details-form],[data-chat-form]")) return;
      event.preventDefault();
      if (form.matches("[data-details-form]:not([data-ready])")) {
        say("Unlock the chat first: the details are sealed with its key. What you typed is kept.");
        find("[data-chat-unlock]")?.focus();
      }
    },
    { capture: true },
  );
  for (const section of findAll("[data-chat]")) void prepare(section);
});

/** A key on this device opens the chat at once; without one nothing more is loaded until the reader asks. */
async function prepare(section: HTMLElement): Promise<void> {
  const { account, host } = facts();
  if (await vault.recall(account, host)) {
    const { Room } = await import("./chat/room");
    await new Room(section, vault).start();
    return;
  }
  find("[data-chat-unlock]", section)?.addEventListener(
    "click",
    async () => {
      const { Room } = await import("./chat/room");
      await new Room(section, vault).unlock();
    },
    { once: true },
  );
}
