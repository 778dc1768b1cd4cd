// A demo wallet's own sheet: whose wallet it is, what is asked, Approve and Reject.

import { make } from "../page/dom";
import { openSheet, sheetButton } from "../page/sheet";
import { iconOf, type Actor } from "./cast";
import type { Request } from "./describe";

/** Ask the reader in the actor's name; resolves to whether they approved. */
export function approve(actor: Actor, request: Request): Promise<boolean> {
  return new Promise((resolve) => {
    const yes = sheetButton("Approve", true);
    const no = sheetButton("Reject");
    yes.setAttribute("data-demo-approve", "");
    no.setAttribute("data-demo-reject", "");
    let isApproved = false;
    const rows = request.rows.map(([name, value]) =>
      make("div", { class: "fact" }, make("dt", {}, name), make("dd", {}, make("bdi", {}, value))),
    );
    const dialog = openSheet(
      {
        name: "demo-wallet",
        title: request.title,
        body: [
          make(
            "p",
            { class: "row" },
            make("img", { src: iconOf(actor), alt: "", width: "32", height: "32" }),
            make("strong", {}, `Demo wallet: ${actor.name}`),
          ),
          make("p", {}, request.effect),
          ...(request.text ? [make("pre", { class: "siwe", tabindex: "0" }, request.text)] : []),
          ...(rows.length > 0 ? [make("div", { class: "facts-box" }, make("dl", { class: "facts" }, ...rows))] : []),
          make(
            "p",
            { class: "muted small" },
            "Play money on a local chain. A real wallet asks in a window of its own.",
          ),
        ],
        actions: [no, yes],
      },
      () => resolve(isApproved),
    );
    dialog.dataset.wallet = actor.id;
    yes.addEventListener("click", () => {
      isApproved = true;
      dialog.close();
    });
    no.addEventListener("click", () => dialog.close());
    yes.focus();
  });
}
