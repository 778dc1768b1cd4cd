// The browser's chat protocol gives the same bytes as the Python one: every value of tests/vectors/chat.json.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fromHex, toHex, utf8 } from "../../frontend/src/chain/bytes";
import { digest } from "../../frontend/src/chain/eip712";
import { checkBinding } from "../../frontend/src/chat/binding";
import { identityTypedData, seedTypedData } from "../../frontend/src/chat/typed";
import { canonicalText } from "../../frontend/src/chat/canonical";
import * as keys from "../../frontend/src/chat/keys";
import {
  checkFollows,
  GENESIS,
  hashOf,
  openDetails,
  openMessage,
  pad,
  seal,
  sealDetails,
  signatureBytes,
  unpad,
  type Message,
} from "../../frontend/src/chat/protocol";

declare const ROOT: string;
const vectors = JSON.parse(readFileSync(`${ROOT}/tests/vectors/chat.json`, "utf8"));

test("padding fills up to the next 256 bytes and comes off again", () => {
  for (const { length, padded } of vectors.paddings) {
    const plaintext = utf8("x".repeat(length));
    assert.equal(toHex(pad(plaintext)), padded);
    assert.deepEqual(unpad(fromHex(padded)), plaintext);
  }
  assert.throws(() => unpad(new Uint8Array(256)));
  assert.throws(() => unpad(fromHex("80")));
});

for (const conversation of vectors.conversations) {
  const { host, trade_id: tradeId, people, root } = conversation;

  test(`${conversation.name}: keys follow from the wallet's signature`, () => {
    for (const person of Object.values<any>(people)) {
      assert.deepEqual(seedTypedData(person.address, host), person.seed_typed_data);
      const seed = keys.deriveSeed(signatureBytes(person.seed_signature), person.address, host);
      assert.equal(toHex(seed), person.seed);
      const identity = keys.deriveIdentity(seed);
      assert.equal(toHex(identity.secret), person.identity_secret);
      assert.equal(identity.publicKey, person.identity_key);
      assert.deepEqual(identityTypedData(person.address, identity.publicKey, host), person.identity_typed_data);
      const secret = keys.deriveTradeSecret(seed, tradeId);
      assert.equal(toHex(secret), person.trade_secret);
      const publicKey = toHex(keys.publicHalf(secret));
      assert.equal(publicKey, person.trade_public_key);
      assert.equal(keys.signTradeKey(identity, publicKey, tradeId), person.trade_key_signature);
      const key = { publicKey, signature: person.trade_key_signature };
      assert.ok(keys.isTradeKeySigned(key, person.identity_key, tradeId));
      assert.ok(!keys.isTradeKeySigned(key, person.identity_key, `0x${"11".repeat(32)}`));
    }
  });

  test(`${conversation.name}: a signature with v as 0 or 1 leads to the same seed`, () => {
    const bytes = fromHex(people.sara.seed_signature);
    bytes[64] = (bytes[64] ?? 27) - 27;
    assert.equal(toHex(signatureBytes(toHex(bytes))), people.sara.seed_signature.slice(2));
  });

  test(`${conversation.name}: the wallet vouches for its own identity and for no other`, () => {
    const claim = (person: any, identityKey = person.identity_key) => ({
      account: person.address,
      identityKey,
      host,
      signature: person.wallet_signature,
    });
    assert.equal(checkBinding(claim(people.sara)), "bound");
    assert.equal(checkBinding(claim(people.ben)), "bound");
    assert.equal(checkBinding(claim(people.sara, people.ben.identity_key)), "forged");
    assert.equal(checkBinding({ ...claim(people.sara), host: "evil.example" }), "forged");
    assert.equal(checkBinding({ ...claim(people.sara), account: people.ben.address }), "forged");
    assert.equal(checkBinding({ ...claim(people.sara), signature: `0x${"ab".repeat(200)}` }), "contract");
  });

  test(`${conversation.name}: both sides reach one root`, () => {
    const secret = (person: any) => fromHex(person.trade_secret);
    const key = (person: any) => fromHex(person.trade_public_key);
    assert.equal(toHex(keys.deriveRoot(secret(people.sara), key(people.ben), tradeId)), root);
    assert.equal(toHex(keys.deriveRoot(secret(people.ben), key(people.sara), tradeId)), root);
    assert.throws(() => keys.deriveRoot(secret(people.sara), new Uint8Array(32), tradeId));
  });

  test(`${conversation.name}: each message seals to the same bytes and opens again`, () => {
    const chains: Record<string, Uint8Array> = {};
    const lasts: Record<string, { n: number; hash: string }> = {};
    for (const vector of conversation.messages) {
      const person = people[vector.from];
      const chain = chains[vector.from] ?? keys.firstChain(fromHex(root), person.address);
      assert.equal(toHex(chain), vector.chain);
      const key = keys.messageKey(chain);
      assert.equal(toHex(key), vector.message_key);
      const pair = keys.splitKey(key);
      assert.equal(toHex(pair.enc), vector.enc);
      assert.equal(toHex(pair.com), vector.com);
      assert.equal(canonicalText(vector.content), vector.plaintext);
      const { v, trade, sender, n, prev, sent_at } = vector.message;
      const header = { v, trade, sender, n, prev, sent_at };
      assert.equal(canonicalText(header), vector.aad);
      const identity = keys.deriveIdentity(fromHex(person.seed));
      const message = seal(header, vector.content, key, identity, fromHex(vector.nonce));
      assert.deepEqual(message, vector.message);
      assert.equal(hashOf(message), vector.hash);
      checkFollows(message, lasts[vector.from] ?? { n: 0, hash: GENESIS });
      assert.deepEqual(openMessage(message, key, person.identity_key), vector.content);
      chains[vector.from] = keys.nextChain(chain);
      lasts[vector.from] = { n, hash: vector.hash };
    }
  });

  test(`${conversation.name}: payment details seal to the same envelope and open again`, () => {
    const { method, fields, envelope, nonce } = conversation.payment_details;
    const sara = people.sara;
    const header = { v: 1, kind: "payment-details", trade: tradeId, sender: sara.address, method } as const;
    const identity = keys.deriveIdentity(fromHex(sara.seed));
    assert.deepEqual(sealDetails(header, fields, fromHex(root), identity, fromHex(nonce)), envelope);
    assert.deepEqual(openDetails(envelope, fromHex(root), sara.identity_key), fields);
    assert.throws(() => openDetails({ ...envelope, method: "wise" }, fromHex(root), sara.identity_key));
  });

  for (const { why, message } of conversation.must_fail as { why: string; message: Message }[]) {
    test(`${conversation.name}: refused: ${why}`, () => {
      const person = Object.values<any>(people).find((each) => each.address === message.sender);
      assert.throws(() => {
        let chain = keys.firstChain(fromHex(root), person.address);
        for (let n = 1; n < message.n; n += 1) chain = keys.nextChain(chain);
        openMessage(message, keys.messageKey(chain), person.identity_key);
      });
    });
  }
}

test("canonical JSON sorts by code unit, writes no spaces and refuses what has no single form", () => {
  assert.equal(
    canonicalText({ b: [1, null, true], a: "ü\n", "€": "\u{1F600}" }),
    '{"a":"ü\\n","b":[1,null,true],"€":"😀"}',
  );
  assert.throws(() => canonicalText(1.5));
  assert.throws(() => canonicalText("\uD800"));
  assert.throws(() => canonicalText(undefined));
});

test("the digest of the seed message is one that wallets sign", () => {
  assert.match(
    digest(seedTypedData("0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "localhost:8000")),
    /^0x[0-9a-f]{64}$/,
  );
});
