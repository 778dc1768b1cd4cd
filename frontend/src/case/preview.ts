// The ruling form shows while it is filled in what each side will get and read. Whole base units, never fractions.

import { formatUnits } from "../chain/units";
import { find, hit } from "../page/dom";
import { percentOf } from "../page/split";

const BPS = 10_000n;

export function startRulingPreview(): void {
  const form = find<HTMLFormElement>("form[data-ruling]");
  if (!form) return;
  form.addEventListener("parley:split", (event) => draw(form, (event as CustomEvent<number>).detail));
  const findings = find<HTMLTextAreaElement>("[name=findings]", form);
  findings?.addEventListener("input", () => {
    const place = find("[data-preview-findings]", form);
    if (place) place.textContent = findings.value || "Your findings.";
  });
  form.addEventListener("click", (event) => {
    const button = hit<HTMLElement>(event, "[data-findings-template]");
    if (!button || !findings) return;
    const reason = find<HTMLSelectElement>("[name=reason_code]", form)?.value ?? "";
    const words = JSON.parse(button.dataset.findingsTemplate ?? "{}") as Record<string, string>;
    if (findings.value.trim() && !findings.value.endsWith("\n")) findings.value += "\n\n";
    findings.value += words[reason] ?? "";
    findings.dispatchEvent(new Event("input", { bubbles: true }));
    findings.focus();
  });
}

/** As contracts/src/Payouts.sol splits: the seller's share by subtraction, the fee from the buyer's share only. */
export function splitOf(units: bigint, buyerBps: number, feeBps: number): { buyer: bigint; seller: bigint; fee: bigint } {
  const gross = (units * BigInt(buyerBps)) / BPS;
  const fee = (gross * BigInt(feeBps)) / BPS;
  return { buyer: gross - fee, seller: units - gross, fee };
}

function draw(form: HTMLFormElement, buyerBps: number): void {
  const { units = "0", decimals = "18", symbol = "", feeBps = "0" } = form.dataset;
  const { buyer, seller, fee } = splitOf(BigInt(units), buyerBps, Number(feeBps));
  const say = (amount: bigint): string => `${shorten(formatUnits(amount, Number(decimals)))}\u00a0${symbol}`;
  const [first, second] = [...form.querySelectorAll(".outcome > p")];
  write(first, "strong", say(buyer));
  write(second, "strong", say(seller));
  write(first, ".small.muted:last-child", `${percentOf(buyerBps)}%, after a fee of ${say(fee)}`);
  write(second, ".small.muted:last-child", `${percentOf(10_000 - buyerBps)}%`);
  write(form, "[data-preview-buyer]", `${percentOf(buyerBps)}% to you: ${say(buyer)} reach your wallet.`);
  write(form, "[data-preview-seller]", `${percentOf(10_000 - buyerBps)}% to you: ${say(seller)} come back to your wallet.`);
}

function write(scope: Element | undefined, selector: string, text: string): void {
  const place = scope?.querySelector(selector);
  if (place) place.textContent = text;
}

/** At most six decimals, cut and never rounded up. */
function shorten(number: string): string {
  const [whole = "0", fraction = ""] = number.split(".");
  const cut = fraction.slice(0, 6).replace(/0+$/, "");
  return cut ? `${whole}.${cut}` : whole;
}
