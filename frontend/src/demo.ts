// Demo wallets: announced like any other (EIP-6963), but only in demo mode on the local chain.

import "./page/base";
import "./chain/base";
import { facts } from "./page/facts";
import { whenReady } from "./page/dom";
import { CAST, iconOf } from "./demo/cast";
import { DemoProvider } from "./demo/provider";

const LOCAL_CHAIN = 31337;

whenReady(() => {
  const { isDemo, chainId } = facts();
  if (!isDemo || chainId !== LOCAL_CHAIN) return;
  const wallets = CAST.map((actor) =>
    Object.freeze({
      info: Object.freeze({
        uuid: crypto.randomUUID?.() ?? `demo-${actor.id}`,
        name: `Demo wallet: ${actor.name}`,
        icon: iconOf(actor),
        rdns: `demo.parley.${actor.id}`,
      }),
      provider: new DemoProvider(actor),
    }),
  );
  const announce = (): void => {
    for (const detail of wallets) window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  };
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
});
