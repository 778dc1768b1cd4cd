// A conversation read message by message: nothing forged, lost or repeated goes unnoticed, and nothing hides the rest.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint } from "../../frontend/src/chat/fingerprint";
import { openSeed, sealSeed } from "../../frontend/src/chat/backup";
import { Conversation } from "../../frontend/src/chat/conversation";
import { deriveIdentity, deriveRoot, deriveTradeSecret, publicHalf } from "../../frontend/src/chat/keys";
import type { Message } from "../../frontend/src/chat/protocol";

const SARA = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const BEN = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
const TRADE = `0x${"7a".repeat(32)}`;
const NOW = new Date("2026-11-22T15:00:00.000Z");

function person(byte: number) {
  const seed = new Uint8Array(32).fill(byte);
  return { identity: deriveIdentity(seed), secret: deriveTradeSecret(seed, TRADE) };
}

function pair() {
  const [sara, ben] = [person(1), person(2)];
  const root = deriveRoot(sara.secret, publicHalf(ben.secret), TRADE);
  const shared = { tradeId: TRADE, root };
  return {
    sara: new Conversation({
      ...shared,
      identity: sara.identity,
      me: SARA,
      peer: { address: BEN, identityKey: ben.identity.publicKey },
    }),
    ben: new Conversation({
      ...shared,
      identity: ben.identity,
      me: BEN,
      peer: { address: SARA, identityKey: sara.identity.publicKey },
    }),
  };
}

/** Write `texts` one after the other, as an outbox does before any of them has a place. */
function write(from: Conversation, texts: string[]): Message[] {
  const messages: Message[] = [];
  for (const text of texts) messages.push(from.write(text, NOW, messages.at(-1)));
  return messages;
}

test("both sides read the same log, each seeing its own lines as its own", () => {
  const { sara, ben } = pair();
  const messages = [...write(sara, ["Hello Ben", "Do you see the lock?"]), ...write(ben, ["Yes \u{1F44D}"])];
  assert.deepEqual(
    messages.map((message) => sara.read(message)),
    [
      { isMine: true, text: "Hello Ben", problem: "" },
      { isMine: true, text: "Do you see the lock?", problem: "" },
      { isMine: false, text: "Yes \u{1F44D}", problem: "" },
    ],
  );
  assert.deepEqual(
    messages.map((message) => ben.read(message).text),
    ["Hello Ben", "Do you see the lock?", "Yes \u{1F44D}"],
  );
  assert.equal(sara.lastOwn, 2);
  assert.equal(write(sara, ["next"])[0]?.n, 3);
});

test("an altered message is not read, and the honest ones after it are", () => {
  const { sara, ben } = pair();
  const [first, second] = write(sara, ["one", "two"]) as [Message, Message];
  const altered = { ...first, sent_at: "2026-11-22T16:00:00.000Z" };
  assert.equal(ben.read(altered).text, null);
  assert.equal(ben.read(first).text, "one");
  assert.equal(ben.read(second).text, "two");
});

test("a message that was left out is noticed at the next one", () => {
  const { sara, ben } = pair();
  const [, second] = write(sara, ["one", "two"]) as [Message, Message];
  const { text, problem } = ben.read(second);
  assert.equal(text, "two");
  assert.match(problem, /missing/);
});

test("a repeated counter is refused: a server cannot show a message twice or put another in its place", () => {
  const { sara, ben } = pair();
  const [first] = write(sara, ["one"]) as [Message];
  const other = sara.write("another one", NOW);
  assert.equal(ben.read(first).text, "one");
  assert.match(ben.read(first).problem, /repeats/);
  assert.match(ben.read(other).problem, /repeats/);
});

test("Mallory's message is from neither side, and a message for another trade is not read", () => {
  const { sara, ben } = pair();
  const [first] = write(sara, ["one"]) as [Message];
  assert.equal(ben.read({ ...first, sender: `0x${"9".repeat(40)}` }).text, null);
  assert.equal(ben.read({ ...first, trade: `0x${"00".repeat(32)}` }).text, null);
  assert.equal(ben.read({ ...first, n: 2 ** 31 - 1 }).text, null);
});

test("what waits to be sent can be read again after a reload, until it is in the log", () => {
  const { sara } = pair();
  const waiting = write(sara, ["one", "two"]);
  const again = pair().sara;
  assert.deepEqual(
    waiting.map((message) => again.recall(message)?.text),
    ["one", "two"],
  );
  again.read(waiting[0] as Message);
  assert.equal(again.recall(waiting[0] as Message), null);
  assert.equal(again.recall(waiting[1] as Message)?.text, "two");
});

test("half a surrogate pair is mended instead of breaking the message", () => {
  const { sara, ben } = pair();
  assert.equal(ben.read(sara.write("a\uD83Db", NOW)).text, "a\uFFFDb");
});

test("both sides see the same eight words, and others as soon as a key changes", () => {
  const [one, two, three] = [person(1), person(2), person(3)].map(({ identity }) => identity.publicKey) as [
    string,
    string,
    string,
  ];
  assert.equal(fingerprint(one, two).length, 8);
  assert.deepEqual(fingerprint(one, two), fingerprint(two, one));
  assert.notDeepEqual(fingerprint(one, two), fingerprint(one, three));
});

test("a backup opens with its passphrase and with no other", async () => {
  const seed = new Uint8Array(32).fill(7);
  const backup = await sealSeed(seed, "correct horse battery");
  assert.ok(backup.length < 4096);
  assert.deepEqual(await openSeed(backup, "correct horse battery"), seed);
  await assert.rejects(openSeed(backup, "wrong horse battery"), /does not fit/);
});
