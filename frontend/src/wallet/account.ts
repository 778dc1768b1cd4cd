// Keeping session and wallet apart: switching the account in the wallet changes nothing here, but it is said.

import { find, make } from "../page/dom";
import { facts, sameAddress, shortAddress } from "../page/facts";
import { knownWallets, onWallets } from "./discovery";
import type { Wallet } from "./provider";

const watched = new WeakSet<object>();

/** Watch every wallet that tells when its account changes. */
export function watchAccounts(): void {
  if (!facts().account) return;
  const watch = (): void => {
    for (const wallet of knownWallets()) watchOne(wallet);
  };
  onWallets(watch);
  watch();
}

function watchOne({ id, provider }: Wallet): void {
  if (watched.has(provider) || !provider.on) return;
  watched.add(provider);
  provider.on("accountsChanged", (value) => {
    const { account } = facts();
    // Wallets that never belonged to this account are none of our business.
    if (localStorage.getItem(`parley:${account.toLowerCase()}:wallet`) !== id) return;
    const shown = Array.isArray(value) ? String(value[0] ?? "") : "";
    if (!shown || sameAddress(shown, account)) closeBar();
    else openBar(shown);
  });
}

function closeBar(): void {
  find("[data-wallet-bar]")?.remove();
}

function openBar(shown: string): void {
  closeBar();
  const { account } = facts();
  const next = encodeURIComponent(location.pathname + location.search);
  const keep = make("button", { type: "button", class: "button" }, "Keep");
  keep.addEventListener("click", closeBar);
  const bar = make(
    "div",
    { class: "banner", role: "status", "data-wallet-bar": true },
    make("p", {}, `Wallet changed to ${shortAddress(shown)}. You are still signed in as ${shortAddress(account)}.`),
    make("a", { class: "button", href: `/signin?next=${next}` }, "Switch sign-in"),
    keep,
  );
  (find("main") ?? document.body).prepend(bar);
}
