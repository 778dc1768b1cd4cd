// Signing what is agreed off chain: the Terms of a trade and a maker's offer.

import { readOffer, readTrade, signOffer, signTerms } from "../api/trades";
import { checkTerms, Mismatch } from "../chain/terms";
import { hit } from "../page/dom";
import { facts, sameAddress } from "../page/facts";
import { say } from "../page/status";
import { refetchTopic } from "../page/swaps";
import { checkIdentity, here, rememberAgreed } from "./agreed";
import { press } from "./press";
import { signTypedData } from "./sign";

export function startConsent(): void {
  document.addEventListener("click", (event) => {
    const button = hit<HTMLButtonElement>(event, "button[data-sign-terms],button[data-sign-offer]");
    if (!button || event.defaultPrevented) return;
    event.preventDefault();
    void press(button, () => (button.hasAttribute("data-sign-terms") ? agree(button) : publish(button)));
  });
}

async function agree(button: HTMLButtonElement): Promise<void> {
  const code = button.dataset.trade ?? "";
  const trade = await readTrade(code);
  const id = checkTerms(trade.terms, here(), trade.trade_id);
  const { terms } = checkIdentity(trade);
  const { account } = facts();
  if (!sameAddress(String(terms.seller), account) && !sameAddress(String(terms.buyer), account)) {
    throw new Mismatch("parties");
  }
  const signature = await signTypedData(trade.terms);
  rememberAgreed(code, id);
  await signTerms(code, signature);
  say("Signed.");
  await moveOn(button, `trade:${code}`);
}

async function publish(button: HTMLButtonElement): Promise<void> {
  const code = button.dataset.offer ?? "";
  const { typed_data: data } = await readOffer(code);
  const { chainId, escrow, account } = facts();
  const { domain, message } = data;
  const isOurs =
    domain.name === "Parley" &&
    Number(domain.chainId) === chainId &&
    sameAddress(String(domain.verifyingContract), escrow) &&
    data.primaryType === "Offer" &&
    sameAddress(String(message.maker), account);
  if (!isOurs) throw new Mismatch("offer");
  const signature = await signTypedData(data);
  await signOffer(code, signature);
  say("Signed. Your offer is published.");
  await moveOn(button, `offer:${code}`);
}

/** Show the new state: the page named by the button, the live fragment, or this page again. */
async function moveOn(button: HTMLButtonElement, topic: string): Promise<void> {
  const { next } = button.dataset;
  if (next?.startsWith("/") && !next.startsWith("//")) location.assign(next);
  else if (document.querySelector(`[data-live="${CSS.escape(topic)}"][data-src]`)) await refetchTopic(topic);
  else location.reload();
}
