// What the page shows: each part is built anew from what is known, and words are only ever text.

import { formatUnits } from "../chain/units";
import { make } from "../page/dom";
import { ACTS, ownCall, type SignedCall } from "./calls";
import type { Sight } from "./chain";
import type { Trade } from "./kit";
import { verdictOf, waysOf, type Way, type Who } from "./rules";

const PEOPLE: Readonly<Record<Who, string>> = {
  buyer: "Only the buyer may do this",
  seller: "Only the seller may do this",
  either: "The buyer or the seller may do this",
  anyone: "Anyone may do this",
};

export function replace(id: string, ...children: (Node | string)[]): void {
  document.getElementById(id)?.replaceChildren(...children);
}

export function fact(name: string, ...values: (Node | string)[]): HTMLElement {
  return make("div", { class: "fact" }, make("dt", {}, name), make("dd", {}, ...values));
}

export function facts(...rows: HTMLElement[]): HTMLElement {
  return make("div", { class: "facts-box" }, make("dl", { class: "facts" }, ...rows));
}

/** A long value that people compare: in groups, with a button that copies it. */
export function long(value: string, name: string): HTMLElement {
  const groups = value.match(/.{1,6}/g) ?? [value];
  const shown = groups.map((group) => make("span", {}, group));
  return make(
    "span",
    { class: "address-row" },
    make("bdi", { class: "address address-full", dir: "ltr" }, ...shown),
    copier(value, name),
  );
}

export function copier(value: string, name: string): HTMLElement {
  const hidden = make("span", { class: "visually-hidden" }, ` ${name}`);
  return make("button", { class: "copy", type: "button", "data-copy": value, "data-copy-name": name }, "Copy", hidden);
}

export function note(tone: string, words: string): HTMLElement {
  return make("p", { class: "exit-note", "data-tone": tone }, words);
}

export function moment(seconds: number): HTMLElement {
  const at = new Date(seconds * 1_000);
  const words = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  return make("time", { datetime: at.toISOString() }, words);
}

export function kitCard(trade: Trade): Node[] {
  const { terms } = trade;
  const bad = trade.checks.filter((check) => !check.isGood);
  const list = trade.checks.map((check) =>
    make("li", { "data-tone": check.isGood ? "done" : "dispute" }, `${check.isGood ? "✓" : "✗"} ${check.words}`),
  );
  const made = trade.madeAt ? [" This kit was made ", moment(trade.madeAt), ` for the ${trade.role ?? "parties"}.`] : [];
  return [
    make("p", {}, make("strong", {}, trade.code ? `Trade ${trade.code}.` : "A trade read from the chain."), ...made),
    make("ul", { class: "exit-checks", role: "list" }, ...list),
    ...(bad.length ? [note("dispute", "Something in this kit does not fit. Compare it with the other side's before you go on.")] : []),
    facts(
      fact("Amount", amount(trade)),
      fact(trade.role === "seller" ? "Seller, you" : "Seller", long(String(terms.seller), "seller's address")),
      fact(trade.role === "buyer" ? "Buyer, you" : "Buyer", long(String(terms.buyer), "buyer's address")),
      fact("Contract", long(trade.contract, "contract address")),
      fact("Chain", `${trade.chainName}, id ${trade.chainId}`),
      fact("Trade key", long(trade.tradeId, "trade key")),
    ),
  ];
}

export function amount(trade: Trade, units = BigInt(String(trade.terms.amount))): string {
  return `${formatUnits(units, trade.decimals, 18)} ${trade.symbol}`;
}

export function stateCard(trade: Trade, sight: Sight): Node[] {
  const { tone, words } = verdictOf(sight);
  const rows = [fact("Newest block", `${sight.block.toLocaleString()}, `, moment(sight.time))];
  if (sight.deadline) rows.unshift(fact("Deadline on chain", moment(sight.deadline)));
  for (const who of ["seller", "buyer"] as const) {
    if (sight.credits[who]) rows.push(fact(`Waits for the ${who}`, amount(trade, sight.credits[who])));
  }
  return [make("p", { class: "exit-verdict", "data-tone": tone }, make("strong", {}, words)), ...codeNote(trade, sight), facts(...rows)];
}

function codeNote(trade: Trade, sight: Sight): Node[] {
  if (trade.codeHash && sight.codeHash !== trade.codeHash) {
    return [note("dispute", "The code at this address is not the code that stood there when the kit was made. This node may lie: try another one before you send anything.")];
  }
  if (!trade.codeHash) return [note("wait", "Without a kit this page cannot tell whether this is the contract you used. Compare its address with what you noted.")];
  return [];
}

export interface Doing {
  /** The account the wallet shows, lower case; empty without a wallet. */
  account: string;
  now: number;
  onSend: (way: { title: string; call: { to: string; data: string; value: string } }, button: HTMLButtonElement) => void;
}

export function waysCard(trade: Trade, sight: Sight, doing: Doing): Node[] {
  const ways = waysOf(sight, trade.terms, doing.now);
  const signed = ["funded", "paid", "disputed"].includes(sight.status) ? trade.signedCalls : [];
  if (ways.length === 0 && signed.length === 0) {
    const over = sight.status === "none" ? "There is nothing to finish: no coins are locked." : "There is nothing left to do.";
    return [make("p", {}, over)];
  }
  let isFirst = true;
  const order = (way: Way): number => (mayDo(way, trade, doing) ? 0 : 2) + (way.isOpen ? 0 : 1);
  const sorted = [...ways].sort((one, other) => order(one) - order(other));
  const items = sorted.map((way) => {
    const item = wayItem(way, trade, doing, isFirst && way.act !== "cancel");
    if (item.dataset.open === "true" && way.act !== "cancel") isFirst = false;
    return item;
  });
  return [...items, ...signed.map((call) => signedItem(call, trade, doing))];
}

/** Whether the reader is the one who may: by the wallet, or before one is connected by whose kit it is. */
function mayDo(way: Way, trade: Trade, { account }: Doing): boolean {
  if (way.who === "anyone") return true;
  const who = account ? sideOf(account, trade) : trade.role;
  return who !== null && (way.who === who || way.who === "either");
}

export function sideOf(account: string, trade: Trade): "buyer" | "seller" | null {
  if (account === String(trade.terms.seller).toLowerCase()) return "seller";
  return account === String(trade.terms.buyer).toLowerCase() ? "buyer" : null;
}

/** One deed of a view is the primary one, and giving up never is. */
function wayItem(way: Way, trade: Trade, doing: Doing, isPrimary: boolean): HTMLElement {
  const owner = String(way.who === "buyer" ? trade.terms.buyer : trade.terms.seller);
  const call = ownCall(way.act, trade.terms, trade.contract, way.act === "withdraw" ? owner : "");
  const isMine = mayDo(way, trade, doing);
  const times: (Node | string)[] = [];
  if (way.from) times.push(way.isOpen ? ", since " : ", after ", moment(way.from));
  if (way.until) times.push(way.isOpen ? ", until " : ", was possible until ", moment(way.until));
  const parts: Node[] = [
    make("h3", {}, way.title),
    make("p", {}, way.effect),
    make("p", { class: "hint" }, `${PEOPLE[way.who]}`, ...times, "."),
  ];
  if (way.isOpen && isMine) parts.push(sendButton(way.title, call, doing, isPrimary));
  parts.push(byHand(ACTS[way.act].name, call, trade));
  return make("li", { class: "exit-way", "data-act": way.act, "data-open": String(way.isOpen && isMine) }, ...parts);
}

function signedItem(call: SignedCall, trade: Trade, doing: Doing): HTMLElement {
  const title = `Send what was signed: ${call.act.replaceAll("_", " ")}`;
  const whole = { to: call.to, data: call.data, value: "0" };
  return make(
    "li",
    { class: "exit-way", "data-act": "signed", "data-open": "true" },
    make("h3", {}, title),
    make("p", {}, "It was signed for the site to send, and the site had not sent it when this kit was made."),
    make("p", { class: "hint" }, "Anyone may do this while the signature is good."),
    sendButton(title, whole, doing, false),
    byHand(call.act, whole, trade),
  );
}

function sendButton(
  title: string,
  call: { to: string; data: string; value: string },
  doing: Doing,
  isPrimary: boolean,
): HTMLElement {
  const button = make("button", { class: isPrimary ? "button button-primary" : "button", type: "button" }, title);
  button.addEventListener("click", () => doing.onSend({ title, call }, button));
  const error = make("p", { class: "inline-error", role: "alert", hidden: true });
  return make("div", { class: "exit-send" }, button, error);
}

function byHand(name: string, call: { to: string; data: string }, trade: Trade): HTMLElement {
  return make(
    "details",
    { class: "exit-hand" },
    make("summary", {}, "Call data for another wallet"),
    make("p", { class: "hint" }, `Send 0 ETH on chain ${trade.chainId} with this data. It calls ${name}.`),
    facts(fact("To", long(call.to, "contract address")), fact("Data", make("code", { class: "exit-data" }, call.data), copier(call.data, "call data"))),
  );
}
