// The trade room's small print in the browser: whose account pays, and the payment code. Loaded with the room.

import "./page/base";
import "./chain/base";
import { find, whenReady } from "./page/dom";
import { afterSwap } from "./page/swaps";
import { startPaymentCode } from "./case/sepa";

whenReady(() => {
  startPaymentCode();
  const gate = find<HTMLFormElement>("[data-payer-gate]");
  const chat = find("[data-chat]");
  const { trade: code = "", tradeId = "" } = chat?.dataset ?? {};
  if (gate) void import("./case/payer").then(({ PayerGate }) => new PayerGate(gate).start().catch(() => undefined));
  if (!code) return;
  // The dialog with the tick comes with the state that needs it, maybe long after the page.
  const show = (): void => {
    const tick = find("[data-payer-tick]");
    if (tick) void import("./case/payer").then(({ showPayerName }) => showPayerName(tick, { code, tradeId }));
  };
  afterSwap(show);
  show();
});
