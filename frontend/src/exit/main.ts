// Finishing a trade without the site: this page needs a file and any Ethereum node, and no server of ours.

import { findRevert, revertWords } from "../chain/reverts";
import { startCopying } from "../page/copy";
import { find, make } from "../page/dom";
import { say } from "../page/status";
import { discoverWallets, knownWallets, onWallets } from "../wallet/discovery";
import { switchNetwork } from "../wallet/network";
import { Problem, problemOf } from "../wallet/problems";
import { ask, chainOf, connect, type Provider, type Wallet } from "../wallet/provider";
import { awaitReceipt, look, NoAnswer, overHttp, type Sight } from "./chain";
import { BadKit, readKit, type Trade } from "./kit";
import { findTrade } from "./logs";
import { amount, kitCard, note, replace, sideOf, stateCard, waysCard } from "./view";

let trade: Trade | null = null;
let node: Provider | null = null;
let sight: Sight | null = null;
let wallet: Wallet | null = null;
let account = "";

function start(): void {
  startCopying();
  discoverWallets();
  onWallets(showWallets);
  const inside = document.getElementById("kit")?.textContent?.trim();
  if (inside) takeKit(inside);
  on("file", "change", () => void readFile());
  // Choosing the same file once more, after it was mended, counts as well.
  find<HTMLInputElement>("#file")?.addEventListener("click", (event) => {
    (event.currentTarget as HTMLInputElement).value = "";
  });
  on("open-trade", "submit", () => void openTrade());
  on("read-chain", "submit", () => void readFromAddress());
  window.setTimeout(showWallets, 400);
}

function on(id: string, name: string, run: () => void): void {
  document.getElementById(id)?.addEventListener(name, (event) => {
    event.preventDefault();
    run();
  });
}

/** Show why something did not work, near where it was asked for; an empty text takes it away. */
function complain(id: string, words: string): void {
  const line = document.getElementById(id);
  if (!line) return;
  line.textContent = words;
  line.hidden = words === "";
}

function wordsOf(error: unknown): string {
  if (error instanceof BadKit || error instanceof NoAnswer || error instanceof Problem) return error.message;
  const revert = findRevert(error);
  const words = revert ? revertWords(revert) : null;
  return words ? `The contract refuses this: ${words} Nothing was sent.` : problemOf(error).message;
}

// --- 1. The trade

async function readFile(): Promise<void> {
  const file = find<HTMLInputElement>("#file")?.files?.[0];
  if (!file) return;
  try {
    takeKit(await file.text());
  } catch {
    complain("kit-error", "This file could not be read. Choose it again.");
  }
}

function takeKit(text: string): void {
  complain("kit-error", "");
  try {
    // A page with a kit inside it may be given as well as the bare kit.
    const inside = /<script type="application\/json" id="kit">([\s\S]*?)<\/script>/.exec(text);
    takeTrade(readKit(inside?.[1] ?? text));
  } catch (error) {
    complain("kit-error", wordsOf(error));
  }
}

function takeTrade(found: Trade): void {
  trade = found;
  sight = null;
  // Shared wallet code reads where we are from here, as on the site's own pages.
  Object.assign(document.body.dataset, {
    chainId: String(found.chainId),
    chainName: found.chainName,
    rpcUrl: found.rpcUrl,
    escrow: found.contract,
  });
  replace("trade", ...kitCard(found));
  const field = find<HTMLInputElement>("#rpc");
  if (field && found.rpcUrl && !field.value) field.value = found.rpcUrl;
  for (const id of ["chain-card"]) document.getElementById(id)?.removeAttribute("hidden");
  for (const id of ["state-card", "ways-card"]) document.getElementById(id)?.setAttribute("hidden", "");
  find<HTMLDetailsElement>("#other")?.removeAttribute("open");
  say("The trade was read. Next, read the chain.");
}

async function openTrade(): Promise<void> {
  complain("open-error", "");
  const [id, contract, url] = ["key", "contract", "open-rpc"].map((name) => valueOf(name));
  try {
    if (!/^0x[0-9a-fA-F]{64}$/.test(id ?? "")) throw new BadKit("A trade key is 0x and 64 digits.");
    if (!/^0x[0-9a-fA-F]{40}$/.test(contract ?? "")) throw new BadKit("A contract address is 0x and 40 digits.");
    const address = readAddress(url ?? "");
    takeTrade(await findTrade(overHttp(address), (id ?? "").toLowerCase(), contract ?? "", address));
    const field = find<HTMLInputElement>("#rpc");
    if (field) field.value = address;
    await readFromAddress();
  } catch (error) {
    complain("open-error", wordsOf(error));
  }
}

function valueOf(id: string): string {
  return find<HTMLInputElement>(`#${id}`)?.value.trim() ?? "";
}

function readAddress(text: string): string {
  if (!/^https?:\/\/\S+$/.test(text)) throw new NoAnswer("An RPC address begins with https:// (or http:// for a node of your own).");
  return text;
}

// --- 2. The chain

async function readFromAddress(): Promise<void> {
  complain("chain-error", "");
  try {
    node = overHttp(readAddress(valueOf("rpc")));
    await refresh();
  } catch (error) {
    complain("chain-error", wordsOf(error));
  }
}

async function refresh(): Promise<void> {
  if (!trade || !node) return;
  sight = await look(node, trade);
  replace("state", ...stateCard(trade, sight));
  for (const id of ["state-card", "ways-card"]) document.getElementById(id)?.removeAttribute("hidden");
  showWays();
  say("The chain was read.");
}

function showWays(): void {
  if (!trade || !sight) return;
  const doing = { account, now: Math.floor(Date.now() / 1_000), onSend };
  replace("ways", ...waysCard(trade, sight, doing));
}

// --- 3. The wallet

function showWallets(): void {
  const wallets = knownWallets();
  if (wallet && trade) {
    const side = sideOf(account, trade);
    const words = side ? `Your wallet is the ${side} of this trade.` : "Your wallet is neither buyer nor seller of this trade:";
    const others = wallets.filter((one) => one.id !== wallet?.id).map(walletButton);
    replace("wallets", note(side ? "done" : "wait", side ? words : `${words} it shows ${account}.`), ...others);
  } else if (wallets.length) {
    replace("wallets", ...wallets.map(walletButton));
  } else {
    const words =
      location.protocol === "file:"
        ? "No wallet shows itself to this file. In your browser's extension settings, allow the wallet access to file addresses, or use the call data below with any wallet."
        : "No wallet found in this browser. Use the call data below with any wallet.";
    replace("wallets", note("neutral", words));
  }
}

function walletButton(one: Wallet): HTMLElement {
  const name = one.id === "legacy" ? "your wallet" : one.name;
  const button = make("button", { class: "button", type: "button" }, `Connect ${name}`);
  button.addEventListener("click", () => void connectWallet(one));
  return button;
}

async function connectWallet(one: Wallet): Promise<void> {
  complain("wallet-error", "");
  try {
    account = (await connect(one)).toLowerCase();
    wallet = one;
    document.body.dataset.account = account;
    one.provider.on?.("accountsChanged", () => void connectWallet(one));
    showWallets();
    if (!node) {
      node = one.provider;
      await refresh();
    }
    showWays();
  } catch (error) {
    complain("wallet-error", wordsOf(error));
  }
}

// --- 4. Sending

async function onSend(way: { title: string; call: { to: string; data: string; value: string } }, button: HTMLButtonElement): Promise<void> {
  const line = button.parentElement?.querySelector<HTMLElement>(".inline-error");
  const tell = (words: string, tone = "neutral"): void => {
    if (!line) return;
    line.textContent = words;
    line.dataset.tone = tone;
    line.hidden = words === "";
  };
  if (!trade || !node || !wallet) {
    tell("Connect a wallet first, above. Or use the call data with any other wallet.", "wait");
    return;
  }
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    if ((await chainOf(wallet)) !== trade.chainId) await switchNetwork(wallet);
    const transaction = { from: account, to: way.call.to, data: way.call.data, value: "0x0" };
    // Tried first: what the contract refuses never opens the wallet.
    await wallet.provider.request({ method: "eth_call", params: [transaction, "latest"] });
    tell("Confirm it in your wallet.", "action");
    const hash = await ask<string>(wallet, "eth_sendTransaction", [transaction]);
    tell(`Sent. Waiting for a block. Transaction ${hash}`, "action");
    const isGood = await awaitReceipt(node, hash);
    await refresh();
    if (isGood) replace("sent", note("done", `Done: ${way.title.toLowerCase()}, ${amount(trade)}. Transaction ${hash}`));
    else replace("sent", note("dispute", `The contract refused transaction ${hash} when its turn came. Nothing changed but the network fee.`));
  } catch (error) {
    tell(wordsOf(error), "dispute");
  } finally {
    button.removeAttribute("aria-busy");
  }
}

start();
