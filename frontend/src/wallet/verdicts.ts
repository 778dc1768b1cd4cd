// Splits: the settlement both parties sign, and the ruling an arbiter signs or sends.

import { giveRuling, readHowTo, readProposal, readRuling, readTrade, relayAction, signProposal, tellTransaction } from "../api/trades";
import { checkResolve } from "../chain/calls";
import { digest } from "../chain/eip712";
import { checkPanelMessage, checkRuling, checkSplit, Mismatch, tradeId } from "../chain/terms";
import { find } from "../page/dom";
import { forgetDraft } from "../page/drafts";
import { facts, sameAddress } from "../page/facts";
import { say } from "../page/status";
import { refetchTopic } from "../page/swaps";
import { checkIdentity, here } from "./agreed";
import { Card } from "./card";
import { walletOfAccount } from "./choose";
import { checkNetwork } from "./network";
import { Problem } from "./problems";
import { press } from "./press";
import { rehearse, send } from "./send";
import { signTypedData } from "./sign";

// As exchange/disputes/rulings.py asks.
const LEAST_FINDINGS = 200;

export function startVerdicts(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || event.defaultPrevented) return;
    const deed = form.matches("[data-settle]") ? settle : form.matches("[data-ruling]") ? rule : form.matches("[data-cosign]") ? coSign : null;
    if (!deed) return;
    event.preventDefault();
    const button = event.submitter instanceof HTMLElement ? event.submitter : form;
    void press(button, () => deed(form));
  });
}

async function settle(form: HTMLFormElement): Promise<void> {
  const code = form.dataset.trade ?? "";
  const buyerBps = share(form);
  const { id } = checkIdentity(await readTrade(code));
  const { typed_data: data } = await readHowTo(code, "settle", `?buyer_bps=${buyerBps}`);
  if (!data) throw new Mismatch("kind of message");
  checkSplit(data, here(), { tradeId: id, buyerBps });
  const signature = await signTypedData(data);
  await relayAction(code, "settle", { signature, buyer_bps: buyerBps });
  say("Signed. The coins move as soon as both sides have signed the same split.");
  await show(form, code);
}

async function rule(form: HTMLFormElement): Promise<void> {
  const code = form.dataset.case ?? "";
  const ruling = readRulingForm(form);
  const { buyer_bps: buyerBps, reason_code: reasonCode } = ruling;
  const card = new Card(form);
  let waits = false;
  try {
    const [trade, how] = await Promise.all([readTrade(code), readRuling(code, buyerBps, reasonCode)]);
    const { id, terms } = checkIdentity(trade);
    if (form.dataset.how === "send") {
      if (!how.call) throw new Mismatch("call");
      checkResolve(how.call, { buyerBps, reasonCode }, terms, facts().escrow);
      const wallet = await walletOfAccount();
      await checkNetwork(wallet);
      await rehearse(wallet, how.call);
      // The reasons are put on record first: once the chain has split the coins, the case is closed.
      await giveRuling(code, { ...ruling });
      card.awaitWallet("confirm");
      await tellTransaction(code, await send(wallet, how.call));
    } else {
      if (!how.typed_data) throw new Mismatch("kind of message");
      checkRuling(how.ruling_data, here(), { tradeId: id, buyerBps, reasonCode });
      // Terms that name this wallet are ruled on by the ruling itself; others by the Safe they name.
      const named = String(terms.arbiter);
      if (how.panel) checkPanelMessage(how.typed_data, how.ruling_data, here(), named);
      else if (digest(how.typed_data) !== digest(how.ruling_data)) throw new Mismatch("ruling");
      card.awaitWallet("confirm");
      const signature = await signTypedData(how.typed_data);
      const until = Number(how.ruling_data.message.validUntil);
      waits = !(await giveRuling(code, { ...ruling, signature, valid_until: until })).intent;
    }
  } catch (error) {
    card.stop();
    throw error;
  }
  card.confirmed("confirm");
  if (waits) card.stop();
  else card.set("mined", "active");
  card.handOver();
  const findings = find<HTMLTextAreaElement>("textarea[data-draft]", form);
  if (findings) forgetDraft(findings);
  say(waits ? "Signed. The ruling waits for another member's signature." : "Ruling signed. It is on its way to the chain.");
  await show(form, code);
}

/** A panel's ruling is signed by its other members too: exactly what this page shows, or nothing. */
async function coSign(form: HTMLFormElement): Promise<void> {
  const { case: code = "", tradeId: shown = "", seller = "", buyer = "", buyerBps, reasonCode } = form.dataset;
  const proposal = await readProposal(code);
  // The wallet will show a code only. It must be of the trade on this page, between these two, for the Safe they named.
  const terms = proposal.terms.message;
  const id = tradeId(terms, here());
  if (id !== shown.toLowerCase()) throw new Mismatch("trade id");
  if (!sameAddress(String(terms.seller), seller) || !sameAddress(String(terms.buyer), buyer)) throw new Mismatch("parties");
  checkRuling(proposal.ruling_data, here(), { tradeId: id, buyerBps: Number(buyerBps), reasonCode: Number(reasonCode) });
  checkPanelMessage(proposal.typed_data, proposal.ruling_data, here(), String(terms.arbiter));
  const { intent } = await signProposal(code, await signTypedData(proposal.typed_data));
  say(intent ? "Signed. The ruling is on its way to the chain." : "Signed. Another member's signature is still missing.");
  await show(form, code);
}

/** What the form says; the wallet is not opened for a ruling that could not be given. */
function readRulingForm(form: HTMLFormElement): {
  buyer_bps: number;
  reason_code: number;
  findings: string;
  private_note: string;
} {
  const fields = new FormData(form);
  const findings = String(fields.get("findings") ?? "").trim();
  const reasonCode = Number(fields.get("reason_code") ?? 0);
  if (findings.length < LEAST_FINDINGS) {
    throw new Problem(
      "wallet",
      `Write at least ${LEAST_FINDINGS} characters of findings: both sides read them. These are ${findings.length}.`,
    );
  }
  if (!Number.isInteger(reasonCode) || reasonCode < 1) throw new Problem("wallet", "Choose a reason first.");
  const privateNote = String(fields.get("private_note") ?? "").trim();
  return { buyer_bps: share(form), reason_code: reasonCode, findings, private_note: privateNote };
}

/** The buyer's share in basis points, as the form says it. */
function share(form: HTMLFormElement): number {
  const value = Number(new FormData(form).get("buyer_bps"));
  if (!Number.isInteger(value) || value < 0 || value > 10_000) {
    throw new Problem("wallet", "The buyer's share must lie between 0 and 100 percent.");
  }
  return value;
}

async function show(form: HTMLFormElement, code: string): Promise<void> {
  const { next } = form.dataset;
  if (next?.startsWith("/") && !next.startsWith("//")) location.assign(next);
  else await refetchTopic(`trade:${code}`);
}
