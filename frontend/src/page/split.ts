// Splits: two number fields are the control, the slider follows, together they are always 100%.

import { find, findAll, hit } from "./dom";

export function startSplits(): void {
  document.addEventListener("input", (event) => {
    const box = hit(event, "[data-split]");
    const input = event.target;
    if (!box || !(input instanceof HTMLInputElement)) return;
    const value = bpsOf(input.value);
    if (value === null) return;
    setShare(box, input.hasAttribute("data-split-seller") ? 10_000 - value : value, input);
  });
  document.addEventListener("click", (event) => {
    const preset = hit<HTMLElement>(event, "[data-split-preset]");
    const scope = preset?.closest("form") ?? document;
    const box = preset ? find("[data-split]", scope) : null;
    if (box) setShare(box, Number(preset?.dataset.splitPreset), null);
  });
  for (const box of findAll("[data-split]")) {
    const given = bpsOf(find<HTMLInputElement>("[data-split-buyer]", box)?.value ?? "");
    if (given !== null) setShare(box, given, null);
  }
}

/** Basis points of a percentage as written; null when it is none between 0 and 100. */
export function bpsOf(percent: string): number | null {
  const match = /^(\d{1,3})(?:[.,](\d{0,2})\d*)?$/.exec(percent.trim());
  if (!match) return null;
  const bps = Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
  return bps <= 10_000 ? bps : null;
}

/** Basis points as a plain percentage: 6000 is `60`, 3333 is `33.33`. */
export function percentOf(bps: number): string {
  const rest = bps % 100;
  const whole = (bps - rest) / 100;
  return rest ? `${whole}.${String(rest).padStart(2, "0").replace(/0$/, "")}` : String(whole);
}

/** Write the buyer's share into every field but the one being typed in. */
function setShare(box: HTMLElement, bps: number, typed: HTMLInputElement | null): void {
  if (!Number.isInteger(bps) || bps < 0 || bps > 10_000) return;
  const values: [string, string][] = [
    ["[data-split-buyer]", percentOf(bps)],
    ["[data-split-seller]", percentOf(10_000 - bps)],
    ["[data-split-range]", percentOf(bps)],
    ["[data-split-bps]", String(bps)],
  ];
  for (const [selector, value] of values) {
    const input = find<HTMLInputElement>(selector, box);
    if (input && input !== typed) input.value = value;
  }
  box.dispatchEvent(new CustomEvent("parley:split", { bubbles: true, detail: bps }));
}
