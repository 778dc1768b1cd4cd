// Files and the server's word: sealed chunks that cannot be swapped, bytes that say what a file is, a log that must agree.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { sha256 } from "@noble/hashes/sha2.js";
import { contentOf, readContent } from "../../frontend/src/chat/content";
import { kindOf } from "../../frontend/src/chat/file_prepare";
import { CHUNK, merkleRoot, openFile, sealFile } from "../../frontend/src/chat/file_seal";
import { noticesFor } from "../../frontend/src/chat/notices";
import type { Message } from "../../frontend/src/chat/protocol";
import { Witness } from "../../frontend/src/chat/witness";
import { toHex } from "../../frontend/src/chain/bytes";

const kept = new Map<string, string>();
beforeEach(() => {
  kept.clear();
  (globalThis as Record<string, unknown>).localStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
});

function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31) % 251);
}

test("a file comes back as it went, whatever its length", () => {
  for (const length of [1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 7]) {
    const file = bytesOf(length);
    const { key, chunks, root, size } = sealFile(file);
    assert.equal(chunks.length, Math.ceil(length / CHUNK));
    assert.equal(size, length + 16 * chunks.length);
    assert.deepEqual(openFile(chunks, key, root), file);
  }
});

test("chunks that were altered, swapped or left out are refused", () => {
  const { key, chunks, root } = sealFile(bytesOf(2 * CHUNK + 5));
  const [first, second, third] = chunks as [Uint8Array, Uint8Array, Uint8Array];
  const altered = first.slice();
  altered[9] = (altered[9] ?? 0) ^ 1;
  for (const forged of [[altered, second, third], [second, first, third], [first, second]]) {
    assert.throws(() => openFile(forged, key, root), /not the file that was sent/);
    // Nor does a server help itself that also swaps the root: each chunk is sealed for its place.
    const forgedRoot = toHex(merkleRoot(forged.map((chunk) => sha256(chunk))));
    assert.throws(() => openFile(forged, key, forgedRoot), /cannot be decrypted/);
  }
});

test("the root is the server's root", () => {
  const hashes = [0, 1, 2, 3, 4].map((byte) => sha256(Uint8Array.of(byte)));
  assert.equal(toHex(merkleRoot(hashes)), "6b313b611b40676b9e1dfd70c4503f2379f88f0f1c2740fb7e1cacc32c113465");
});

test("what a file is, its bytes say", () => {
  const kinds: [string, string][] = [
    ["\xFF\xD8\xFF\xE1", "image/jpeg"],
    ["\x89PNG\r\n\x1A\n", "image/png"],
    ["%PDF-1.4", "application/pdf"],
    ["MZ\x90\0", "program"],
    ["\x7FELF", "program"],
    ["#!/bin/sh", "program"],
    ["<?xml version='1.0'?><SVG onload='x'>", "svg"],
    ["PK\x03\x04", "unknown"],
    ["<html>", "unknown"],
  ];
  for (const [head, kind] of kinds) {
    assert.equal(kindOf(Uint8Array.from(head, (letter) => letter.charCodeAt(0))), kind, head);
  }
});

test("a file message with anything odd in it is not shown as a file", () => {
  const note = {
    name: "a.png",
    media: "image/png",
    size: 5,
    attachment: "abc_-9",
    chunks: 1,
    root: "0".repeat(64),
    key: "1".repeat(64),
  };
  assert.deepEqual(readContent({ ...contentOf({ text: "", file: note }) }), { text: "", file: note });
  for (const odd of [
    { media: "image/svg+xml" },
    { attachment: "../../etc" },
    { size: 11 * 1024 * 1024 },
    { chunks: 0 },
    { chunks: 1e9 },
    { key: "short" },
    { name: 5 },
  ]) {
    assert.throws(() => readContent({ type: "file", ...note, ...odd }), /cannot show/);
  }
});

function message(n: number): Message {
  return { v: 1, trade: "0x", sender: "0x", n, prev: "", sent_at: "", ct: "", commit: "", sig: String(n) };
}

test("a server that drops, reorders, skips or swaps messages is noticed, also after a reload", () => {
  const first = new Witness("T", "0xA");
  for (const n of [1, 2, 3]) assert.equal(first.hear(n, message(n)), "");
  assert.equal(first.judge(3, 3, undefined), "");
  assert.match(first.judge(3, 2, undefined), /dropped messages/);
  assert.match(first.judge(3, 6, 5), /left out/);
  assert.match(first.judge(3, 5, undefined), /keeps back/);

  const again = new Witness("T", "0xA");
  assert.match(again.judge(0, 2, 1), /dropped messages/);
  again.hear(1, message(2));
  again.hear(2, message(1));
  assert.match(again.hear(3, message(3)), /another order/);

  const honest = new Witness("T", "0xA");
  for (const n of [1, 2, 3, 4]) assert.equal(honest.hear(n, message(n)), "");

  const promised = new Witness("T", "0xA");
  promised.promise(1, message(9));
  assert.match(promised.hear(1, message(1)), /shows another there/);
});

test("notices say what a message tries, and stay away from plain talk", () => {
  const kinds = (text: string) => noticesFor(text).map(({ kind }) => kind);
  assert.deepEqual(kinds("Pay to DE89 3704 0044 0532 0130 00 please"), ["account"]);
  assert.deepEqual(kinds("call +43 660 1234567"), ["phone"]);
  assert.deepEqual(kinds("see https://example.com/x"), ["link"]);
  assert.deepEqual(kinds("write me on Telegram: @sara_sells"), ["messenger"]);
  assert.deepEqual(kinds("card 4111 1111 1111 1111"), ["account"]);
  assert.deepEqual(kinds("sort code 20-00-00 account 55779911"), ["account"]);
  assert.deepEqual(kinds("mail me at ben@example.org"), ["messenger"]);
  for (const plain of ["I sent 250.00 EUR at 14:10", "Trade 8F3K7Q2M, 0.080092 ETH", "ok, thanks a lot"])
    assert.deepEqual(kinds(plain), [], plain);
});
