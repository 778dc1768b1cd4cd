// Chain actions of a trade: a free signature that the node relays, or one's own transaction.

import { readHowTo, readTrade, relayAction, tellTransaction, type HowTo, type Trade } from "../api/trades";
import { checkApproval, checkCall, functionOf, isNative } from "../chain/calls";
import { checkAction, Mismatch, type TermsMessage } from "../chain/terms";
import { formatEstimate } from "../chain/units";
import { hit } from "../page/dom";
import { facts } from "../page/facts";
import { say } from "../page/status";
import { refetchTopic } from "../page/swaps";
import { checkIdentity, here, rememberAgreed } from "./agreed";
import { Card } from "./card";
import { walletOfAccount } from "./choose";
import { checkNetwork } from "./network";
import { press } from "./press";
import { allowance, awaitAllowance, rehearse, send } from "./send";
import { signWith } from "./sign";
import type { Wallet } from "./provider";

interface Deed {
  trade: Trade;
  code: string;
  action: string;
  how: HowTo;
  id: string;
  terms: TermsMessage;
  card: Card;
}

export function startActions(): void {
  document.addEventListener("click", (event) => {
    const button = hit<HTMLButtonElement>(event, "button[data-chain-action]");
    if (!button || event.defaultPrevented) return;
    event.preventDefault();
    void press(button, () => act(button));
  });
}

async function act(button: HTMLButtonElement): Promise<void> {
  const { chainAction: action = "", trade: code = "" } = button.dataset;
  const isSent = button.dataset.how === "send" || action === "fund";
  const card = new Card(button);
  try {
    // The server first: what it refuses must never open a wallet.
    const [trade, how] = await Promise.all([readTrade(code), readHowTo(code, action)]);
    const { id, terms } = checkIdentity(trade);
    const wallet = await walletOfAccount();
    await checkNetwork(wallet);
    const deed: Deed = { trade, code, action, how, id, terms, card };
    await (isSent ? sendOwn(deed, wallet) : signForRelay(deed, wallet));
  } catch (error) {
    card.stop();
    throw error;
  }
  card.handOver();
  await refetchTopic(`trade:${code}`);
}

async function signForRelay({ code, action, how, id, card }: Deed, wallet: Wallet): Promise<void> {
  const data = how.typed_data;
  if (!data) throw new Mismatch("kind of message");
  checkAction(data, here(), { tradeId: id, action });
  card.set("check", "done", "Free: this site pays the network fee.");
  card.awaitWallet("confirm");
  const signature = await signWith(wallet, data);
  card.confirmed("confirm");
  card.set("mined", "active");
  await relayAction(code, action, { signature, valid_until: Number(data.message.validUntil) });
  say("Signed. This node sends it to the chain for you, free of charge.");
}

async function sendOwn({ trade, code, action, how, id, terms, card }: Deed, wallet: Wallet): Promise<void> {
  const { call } = how;
  if (!call) throw new Mismatch("call");
  const { escrow } = facts();
  checkCall(call, action, terms, escrow);
  if (action === "fund") rememberAgreed(code, id);
  if (action === "fund" && !isNative(terms)) await allow(wallet, { trade, how, terms, card });
  const fee = await rehearse(wallet, call);
  card.set("check", "done", `Function ${functionOf(action, terms)}, network fee about ${formatEstimate(fee)} ETH.`);
  card.awaitWallet("confirm");
  const hash = await send(wallet, call);
  card.confirmed("confirm");
  card.set("mined", "active");
  say("Sent. The page follows the transaction.");
  await tellTransaction(code, hash);
}

/** Let the escrow take exactly the amount, once; a permission that already stands is not asked for again. */
async function allow(
  wallet: Wallet,
  { trade, how, terms, card }: Pick<Deed, "trade" | "how" | "terms" | "card">,
): Promise<void> {
  if ((await allowance(wallet, terms)) >= BigInt(String(terms.amount))) return;
  const approval = how.approve;
  if (!approval) throw new Mismatch("permission");
  checkApproval(approval, terms, facts().escrow);
  card.addAllowance(`Allow the contract to take exactly ${trade.amount_asset} ${trade.asset}`);
  await rehearse(wallet, approval);
  card.awaitWallet("allow");
  await send(wallet, approval);
  await awaitAllowance(wallet, terms);
  card.confirmed("allow");
}
