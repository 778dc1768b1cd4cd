// The escrow as the reader's own node sees it: `tradeOf` through the wallet, compared with what this site says.

import { tradeOfCall } from "../chain/calls";
import { find, findAll, hit } from "../page/dom";
import { facts } from "../page/facts";
import { onFrame } from "../page/events";
import { say } from "../page/status";
import { afterSwap } from "../page/swaps";
import { agreedId } from "./agreed";
import { quietWallet, walletOfAccount } from "./choose";
import { checkNetwork } from "./network";
import { ask, chainOf, type Wallet } from "./provider";
import { showError } from "./errors";

const STATUS = ["none", "funded", "paid", "disputed", "released", "refunded", "resolved"] as const;
const LOCKED = new Set<string>(["funded", "paid", "disputed"]);
// A node may be a block or two behind; only a difference that lasts is a disagreement.
const PATIENCE_MS = 1_000;
const TRIES = 12;
const DISAGREEMENT = "Your wallet's node and this site disagree about this escrow. Do not pay.";

interface Sight {
  status: string;
  block: number;
}

interface Verdict {
  verdict: string;
  text: string;
}

const verdicts = new Map<string, Verdict>();
const checking = new WeakSet<HTMLElement>();

export function startProof(): void {
  const checkAll = (): void => {
    for (const section of findAll("[data-proof]")) void check(section);
  };
  document.addEventListener("click", (event) => {
    const button = hit<HTMLElement>(event, "[data-proof-check]");
    const section = button?.closest<HTMLElement>("[data-proof]");
    if (button && section) void checkAloud(section, button);
  });
  afterSwap(checkAll);
  onFrame("trade", () => window.setTimeout(checkAll, 1_000));
  checkAll();
}

/** Check without opening a wallet; where none is connected the site's own words stay. */
async function check(section: HTMLElement): Promise<void> {
  const known = verdicts.get(keyOf(section));
  // A refetched card carries the site's words again: put back what the node said about this very claim.
  if (known) paint(section, known);
  if (!facts().account || checking.has(section)) return;
  checking.add(section);
  const wallet = await quietWallet().catch(() => null);
  if (wallet && (await chainOf(wallet).catch(() => 0)) === facts().chainId) await compare(section, wallet);
  checking.delete(section);
}

async function checkAloud(section: HTMLElement, button: HTMLElement): Promise<void> {
  try {
    const wallet = await walletOfAccount();
    await checkNetwork(wallet);
    say((await compare(section, wallet)) ?? "");
  } catch (error) {
    showError(button, error);
  }
}

/** Compare, waiting a little for a node that is behind. Returns the verdict shown. */
async function compare(section: HTMLElement, wallet: Wallet): Promise<string | null> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const { tradeId = "", status: claimed = "" } = section.dataset;
    if (!section.isConnected || !tradeId || !claimed) return null;
    const sight = await look(wallet, tradeId).catch(() => null);
    if (!sight) return null;
    const isKnown = isIdKnown(section, tradeId);
    if (isKnown && sight.status === claimed) return show(section, "agrees", agreement(sight));
    // Worse than a lag: the site says coins are locked and they are not.
    const isDangerous = !isKnown || (LOCKED.has(claimed) && !LOCKED.has(sight.status));
    if (tries === TRIES) {
      if (isDangerous) return disagree(section);
      return show(
        section,
        "behind",
        `Your wallet's node is at “${wordOf(sight.status)}”, this site at “${wordOf(claimed)}”. One of them is behind.`,
      );
    }
    await new Promise((resolve) => window.setTimeout(resolve, PATIENCE_MS));
  }
  return null;
}

async function look(wallet: Wallet, tradeId: string): Promise<Sight> {
  const [answer, block] = await Promise.all([
    ask<string>(wallet, "eth_call", [tradeOfCall(tradeId, facts().escrow), "latest"]),
    ask<string>(wallet, "eth_blockNumber"),
  ]);
  const status = STATUS[Number(BigInt(answer.slice(0, 66)))];
  if (!status) throw new TypeError("The contract answered something unknown.");
  return { status, block: Number(BigInt(block)) };
}

/** The id on the page must be the one this browser agreed to, if it agreed to one. */
function isIdKnown(section: HTMLElement, tradeId: string): boolean {
  const code = section.dataset.trade ?? find("[data-chat]")?.dataset.trade ?? "";
  const agreed = code ? agreedId(code) : null;
  return !agreed || agreed === tradeId.toLowerCase();
}

function agreement({ status, block }: Sight): string {
  const height = new Intl.NumberFormat(document.documentElement.lang || "en").format(block);
  return `${wordOf(status)}. Your own wallet's node agrees (block ${height}).`;
}

function wordOf(status: string): string {
  const words: Record<string, string> = {
    none: "Not locked",
    funded: "Locked",
    paid: "Locked, marked paid",
    disputed: "Locked, in dispute",
    released: "Released",
    refunded: "Refunded",
    resolved: "Split and paid out",
  };
  return words[status] ?? status;
}

function show(section: HTMLElement, verdict: string, text: string): string {
  verdicts.set(keyOf(section), { verdict, text });
  paint(section, { verdict, text });
  return text;
}

function paint(section: HTMLElement, { verdict, text }: Verdict): void {
  section.dataset.verdict = verdict;
  const line = find("[data-proof-verdict]", section);
  if (line && line.textContent !== text) line.textContent = text;
  const box = line?.closest<HTMLElement>("[data-tone]");
  if (box && verdict !== "agrees") box.dataset.tone = verdict === "disagrees" ? "dispute" : "wait";
  withholdPayment(verdict === "disagrees");
}

function keyOf(section: HTMLElement): string {
  return `${section.dataset.tradeId}:${section.dataset.status}`;
}

function disagree(section: HTMLElement): string {
  say(DISAGREEMENT);
  return show(section, "disagrees", DISAGREEMENT);
}

/** No pay button, and no details to pay to; they come back with a verdict that agrees. */
function withholdPayment(isWithheld: boolean): void {
  if (isWithheld)
    for (const button of findAll('[data-chain-action="mark_paid"], [data-opens="dialog-sent"]')) button.remove();
  for (const details of findAll("[data-payment-details]")) details.hidden = isWithheld;
}
