// What every page computes by itself: amounts, deadlines, splits, and the notices under chat messages.

import assert from "node:assert/strict";
import { test } from "node:test";
import { noticesFor } from "../../frontend/src/chat/notices";
import { groupDigits, readAmount } from "../../frontend/src/page/amounts";
import { leftWords, urgencyOf } from "../../frontend/src/page/spans";
import { bpsOf, percentOf } from "../../frontend/src/page/split";

Object.assign(globalThis, { document: { documentElement: { lang: "en" } } });

test("an amount is read as people write it, and never guessed", () => {
  const readings: Record<string, string> = {
    "1250,50": "1250.50",
    "1250.50": "1250.50",
    "1 250,50": "1250.50",
    "1.250,50": "1250.50",
    "1,250.50": "1250.50",
    "1'250.50": "1250.50",
    "1,234,567": "1234567",
    "250": "250",
    ",5": "0.5",
    "0.080092": "0.080092",
    "12 345": "12345",
  };
  for (const [text, value] of Object.entries(readings))
    assert.deepEqual(readAmount(text), { kind: "amount", value }, text);
  assert.deepEqual(readAmount("1,250"), { kind: "ambiguous", thousands: "1250", decimals: "1.2500" });
  for (const text of ["1 2", "1.2.3", "-5", "1e5", "abc", "1,25,000", "١٢"])
    assert.equal(readAmount(text).kind, "unreadable", text);
  assert.equal(readAmount("  ").kind, "empty");
});

test("digits are grouped without calculating", () => {
  assert.equal(groupDigits("1250.5"), "1,250.50");
  assert.equal(
    groupDigits("123456789012345678901.123456789012345678"),
    "123,456,789,012,345,678,901.123456789012345678",
  );
});

test("a deadline says what is left, and hurries only at the end", () => {
  assert.equal(leftWords(27 * 60_000 + 41_000), "27:41");
  assert.equal(leftWords((3 * 60 + 12) * 60_000), "3\u00a0h 12\u00a0min");
  assert.equal(leftWords(52 * 3_600_000), "2\u00a0days 4\u00a0h");
  assert.equal(leftWords(-5), "0:00");
  assert.equal(urgencyOf(26, 100), "calm");
  assert.equal(urgencyOf(25, 100), "soon");
  assert.equal(urgencyOf(10, 100), "last");
  assert.equal(urgencyOf(0, 100), "over");
  assert.equal(urgencyOf(5, 0), "calm");
});

test("a share is whole basis points", () => {
  assert.equal(bpsOf("60"), 6000);
  assert.equal(bpsOf("33,33"), 3333);
  assert.equal(bpsOf("0.5"), 50);
  for (const wrong of ["100.01", "-1", "", "1e2", "abc"]) assert.equal(bpsOf(wrong), null, wrong);
  assert.equal(percentOf(6000), "60");
  assert.equal(percentOf(3333), "33.33");
  assert.equal(percentOf(50), "0.5");
});

test("messages that lead money or talk elsewhere get a notice, others do not", () => {
  const kinds = (text: string) => noticesFor(text).map((notice) => notice.kind);
  assert.deepEqual(kinds("Please pay to DE89 3704 0044 0532 0130 00"), ["account"]);
  assert.deepEqual(kinds("call +49 171 2345678"), ["phone"]);
  assert.deepEqual(kinds("write me on Telegram @sara_sells"), ["messenger"]);
  assert.deepEqual(kinds("see https://evil.example/pay"), ["link"]);
  assert.deepEqual(kinds("I have sent 250.00 EUR at 14:10, thank you."), []);
});
