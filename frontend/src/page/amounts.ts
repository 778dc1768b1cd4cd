// Reading amounts as people write them, without binary fractions: the twin of exchange/web/forms_amount.py.

import { find, hit } from "./dom";

const GROUPING = /[ \u00a0\u2009\u202f'\u2019]/;
const GROUPED = /^\d{1,3}([.,])\d{3}(?:\1\d{3})*$/;

export type Reading =
  | { kind: "empty" }
  | { kind: "amount"; value: string }
  | { kind: "ambiguous"; thousands: string; decimals: string }
  | { kind: "unreadable" };

/** What `text` says, as a plain decimal string. */
export function readAmount(text: string): Reading {
  const trimmed = text.trim();
  if (!trimmed) return { kind: "empty" };
  const parts = trimmed.split(GROUPING);
  if (trimmed.length > 60 || (parts.length > 1 && !areGroups(parts))) return { kind: "unreadable" };
  const plain = parts.join("");
  if (!/^(?:\d+[.,]?\d*|[.,]\d+|\d[\d.,]*\d)$/.test(plain)) return { kind: "unreadable" };
  return withPoint(plain, parts.length > 1);
}

/** Blanks stand only between groups of three digits: `12 345,67` yes, `1 2` no. */
function areGroups(parts: string[]): boolean {
  const [first = "", ...rest] = parts;
  const last = (rest.at(-1) ?? "").split(/[.,]/, 1)[0] ?? "";
  return /^\d{1,3}$/.test(first) && rest.slice(0, -1).every((part) => /^\d{3}$/.test(part)) && /^\d{3}$/.test(last);
}

function withPoint(plain: string, hasBlanks: boolean): Reading {
  const marks = plain.match(/[.,]/g) ?? [];
  const lastMark = marks.at(-1);
  if (!lastMark) return amount(plain);
  if (new Set(marks).size === 2) {
    const at = plain.lastIndexOf(lastMark);
    const [whole, rest] = [plain.slice(0, at), plain.slice(at + 1)];
    if (whole.includes(lastMark) || !GROUPED.test(whole) || hasBlanks) return { kind: "unreadable" };
    return amount(`${whole.replace(/[.,]/g, "")}.${rest || "0"}`);
  }
  if (marks.length > 1) {
    return hasBlanks || !GROUPED.test(plain) ? { kind: "unreadable" } : amount(plain.replace(/[.,]/g, ""));
  }
  const [whole = "", rest = ""] = plain.split(lastMark);
  const looksGrouped = rest.length === 3 && whole.length >= 1 && whole.length <= 3 && !whole.startsWith("0");
  if (looksGrouped && !hasBlanks) return { kind: "ambiguous", thousands: whole + rest, decimals: `${whole}.${rest}0` };
  return amount(`${whole || "0"}.${rest || "0"}`);
}

function amount(value: string): Reading {
  return { kind: "amount", value };
}

/** `1250.5` as `1,250.50` in the reader's language; digits are moved, never calculated. */
export function groupDigits(value: string, least = 2): string {
  const [whole = "0", fraction = ""] = value.split(".");
  const language = document.documentElement.lang || "en";
  const digits = fraction.replace(/0+$/, "").padEnd(least, "0");
  const grouped = new Intl.NumberFormat(language).format(BigInt(whole));
  const point =
    new Intl.NumberFormat(language).formatToParts(1.5).find((part) => part.type === "decimal")?.value ?? ".";
  return digits ? `${grouped}${point}${digits}` : grouped;
}

/** Say under each amount field how it is read. */
export function startAmountEcho(): void {
  document.addEventListener("input", (event) => {
    const input = hit<HTMLInputElement>(event, "input[data-amount]");
    const echo =
      input?.closest(".field")?.querySelector<HTMLElement>("[data-echo]") ??
      (input?.id ? find(`output[for="${CSS.escape(input.id)}"]`) : null);
    if (input && echo) echo.textContent = echoWords(readAmount(input.value), input.dataset.unit ?? "");
  });
}

export function echoWords(reading: Reading, unit: string): string {
  const inUnit = unit ? `\u00a0${unit}` : "";
  switch (reading.kind) {
    case "amount":
      return `We read this as ${groupDigits(reading.value)}${inUnit}.`;
    case "ambiguous":
      return `This can be read as ${groupDigits(reading.thousands)} or as ${groupDigits(reading.decimals)}. Write ${reading.thousands} or ${reading.decimals}.`;
    case "unreadable":
      return "Enter an amount in digits, such as 1250.50.";
    default:
      return "";
  }
}
