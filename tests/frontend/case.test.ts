// A case in the browser: sealed boxes as libsodium's, commitments, splits and payment codes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fromBase64, fromHex, toHex } from "../../frontend/src/chain/bytes";
import { commitmentOf, openWord } from "../../frontend/src/case/payer";
import { splitOf } from "../../frontend/src/case/preview";
import { readerKeyOf, readerSecretOf, seal, unseal } from "../../frontend/src/case/sealedbox";
import { paymentText } from "../../frontend/src/case/sepa";
import { rangesOf } from "../../frontend/src/case/verdict";

declare const ROOT: string;

interface Vectors {
  sealed_box: { secret: string; public: string; plain: string; box: string };
  identity_box: { identity_secret: string; identity: string; public: string; plain: string; box: string };
  payer_name: { word: { name: string; salt: string; trade: string }; commitment: string };
  ranges: [number[], string][];
}

const vectors = JSON.parse(readFileSync(join(ROOT, "tests", "vectors", "case.json"), "utf8")) as Vectors;

test("a box sealed by libsodium opens here", () => {
  const { secret, plain, box } = vectors.sealed_box;
  assert.equal(toHex(unseal(fromBase64(box), fromHex(secret))), plain);
});

test("a box for a colleague's chat identity is libsodium's too", () => {
  const { identity_secret: secret, identity, public: reader, plain, box } = vectors.identity_box;
  assert.equal(readerKeyOf(identity), reader);
  assert.equal(toHex(unseal(fromBase64(box), readerSecretOf(fromHex(secret)))), plain);
  const fresh = seal(fromHex(plain), fromHex(readerKeyOf(identity)));
  assert.equal(toHex(unseal(fresh, readerSecretOf(fromHex(secret)))), plain);
});

test("a box sealed here opens for its reader and for nobody else", () => {
  const { secret, public: reader, plain } = vectors.sealed_box;
  const box = seal(fromHex(plain), fromHex(reader));
  assert.equal(toHex(unseal(box, fromHex(secret))), plain);
  assert.throws(() => unseal(box, new Uint8Array(32).fill(9)));
  box[40] = (box[40] ?? 0) ^ 1;
  assert.throws(() => unseal(box, fromHex(secret)));
});

test("two boxes of the same thing differ", () => {
  const { public: reader, plain } = vectors.sealed_box;
  assert.notDeepEqual(seal(fromHex(plain), fromHex(reader)), seal(fromHex(plain), fromHex(reader)));
});

test("a payer's name gives its commitment, and another name is found out", () => {
  const { word, commitment } = vectors.payer_name;
  assert.equal(commitmentOf(word), commitment);
  const { secret, public: reader } = vectors.sealed_box;
  const boxed = (said: object): string =>
    Buffer.from(seal(new TextEncoder().encode(JSON.stringify(said)), fromHex(reader))).toString("base64");
  const keyring = { publicKey: reader, secret: fromHex(secret) };
  const stored = { commitment, early: true, sealed: { [reader]: boxed(word) } };
  assert.deepEqual(openWord(stored, keyring), word);
  assert.equal(openWord({ ...stored, sealed: {} }, keyring), null);
  const forged = { ...stored, sealed: { [reader]: boxed({ ...word, name: "Somebody Else" }) } };
  assert.throws(() => openWord(forged, keyring), /not the one committed to/);
});

test("withheld counters are told in runs", () => {
  for (const [numbers, words] of vectors.ranges) assert.equal(rangesOf(numbers), words);
});

test("a split leaves nothing over and charges the buyer's share only", () => {
  for (const [units, bps, fee] of [[1n, 5000, 100], [10n ** 18n, 3333, 50], [7n, 0, 100], [7n, 10_000, 0]] as const) {
    const { buyer, seller, fee: taken } = splitOf(units, bps, fee);
    assert.equal(buyer + seller + taken, units);
    if (bps === 0) assert.deepEqual([buyer, taken], [0n, 0n]);
  }
});

test("a SEPA payment code holds what EPC069-12 asks, line by line", () => {
  const text = paymentText({ holder: "Sara Sørensen", iban: "DE89 3704 0044 0532 0130 00", amount: "250.00" });
  assert.deepEqual(text.split("\n"), [
    "BCD",
    "002",
    "1",
    "SCT",
    "",
    "Sara Sørensen",
    "DE89370400440532013000",
    "EUR250.00",
  ]);
  for (const wrong of [
    { holder: "Sara", iban: "nonsense", amount: "1.00" },
    { holder: "Sara", iban: "DE89370400440532013000", amount: "1,00" },
    { holder: "", iban: "DE89370400440532013000", amount: "1.00" },
    { holder: "x".repeat(71), iban: "DE89370400440532013000", amount: "1.00" },
  ]) {
    assert.throws(() => paymentText(wrong));
  }
});
