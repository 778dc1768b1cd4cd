// Canonical JSON (RFC 8785) for objects, lists, strings, safe integers, booleans and null: all that chat ever hashes.

import { utf8 } from "../chain/bytes";

/** The canonical text of `value`. Throws `TypeError` for anything outside the subset. */
export function canonicalText(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new TypeError("Only whole numbers have one form here.");
    return String(value === 0 ? 0 : value);
  }
  if (typeof value === "string") {
    if (/[\uD800-\uDFFF]/u.test(value)) throw new TypeError("Half a character has no form.");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (typeof value === "object") {
    // Array.sort compares UTF-16 code units, as RFC 8785 section 3.2.3 asks.
    const entries = Object.entries(value as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([name, item]) => `${canonicalText(name)}:${canonicalText(item)}`).join(",")}}`;
  }
  throw new TypeError("This has no form in JSON.");
}

export function canonical(value: unknown): Uint8Array {
  return utf8(canonicalText(value));
}
