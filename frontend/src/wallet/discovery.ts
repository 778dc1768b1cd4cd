// Which wallets are in this browser: EIP-6963 announcements, and `window.ethereum` only when nothing announced itself.

import type { Provider, Wallet } from "./provider";

interface Announcement {
  info: { uuid: string; name: string; icon: string; rdns: string };
  provider: Provider;
}

declare global {
  interface Window {
    ethereum?: Provider;
  }
}

const DEMO = "demo.parley.";
const announced = new Map<string, Wallet>();
const listeners = new Set<() => void>();

/** Start listening. Wallets may announce themselves at any time, also late. */
export function discoverWallets(): void {
  window.addEventListener("eip6963:announceProvider", (event) => {
    const { info, provider } = (event as CustomEvent<Announcement>).detail;
    if (!info?.rdns || typeof provider?.request !== "function" || announced.has(info.rdns)) return;
    announced.set(info.rdns, {
      id: info.rdns,
      name: String(info.name).slice(0, 40),
      // Our policy shows pictures from data only; a wallet's icon must be one anyway.
      icon: String(info.icon).startsWith("data:image/") ? info.icon : "",
      provider,
    });
    for (const listener of listeners) listener();
  });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
}

export function onWallets(run: () => void): void {
  listeners.add(run);
}

/** Real wallets first, then the old-style one if it is the only one, then demo wallets. */
export function knownWallets(): Wallet[] {
  const all = [...announced.values()];
  const real = all.filter((wallet) => !wallet.id.startsWith(DEMO));
  if (real.length === 0 && window.ethereum) {
    real.push({ id: "legacy", name: "Browser wallet (older style)", icon: "", provider: window.ethereum });
  }
  return [...real, ...all.filter((wallet) => wallet.id.startsWith(DEMO))];
}

/** The wallets once they had a moment to announce themselves. */
export async function settledWallets(): Promise<Wallet[]> {
  if (knownWallets().length === 0) await new Promise((resolve) => window.setTimeout(resolve, 400));
  return knownWallets();
}
