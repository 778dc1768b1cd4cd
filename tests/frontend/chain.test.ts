// What the browser checks before a wallet may sign or send: digests against contracts/test/vectors/eip712.json, call data
// against viem and the committed ABI.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { encodeFunctionData, hashTypedData, toFunctionSelector } from "viem";
import { toHex } from "../../frontend/src/chain/bytes";
import { allowanceCall, checkApproval, checkCall, checkResolve, tradeOfCall } from "../../frontend/src/chain/calls";
import { digest, encodeType, structHash, type TypedData } from "../../frontend/src/chain/eip712";
import { findRevert, revertWords } from "../../frontend/src/chain/reverts";
import {
  checkAction,
  checkRuling,
  checkSplit,
  checkTerms,
  Mismatch,
  TERMS,
  tradeId,
} from "../../frontend/src/chain/terms";
import { formatEstimate, formatUnits } from "../../frontend/src/chain/units";

declare const ROOT: string;
const { cases } = JSON.parse(readFileSync(`${ROOT}/contracts/test/vectors/eip712.json`, "utf8"));
const { abi } = JSON.parse(readFileSync(`${ROOT}/contracts/artifacts/Escrow.json`, "utf8"));
const DOMAIN = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
];
const ACTION = [
  { name: "tradeId", type: "bytes32" },
  { name: "action", type: "string" },
  { name: "validUntil", type: "uint40" },
];
const SPLIT = [
  { name: "tradeId", type: "bytes32" },
  { name: "buyerBps", type: "uint16" },
];
const RULING = [
  { name: "tradeId", type: "bytes32" },
  { name: "buyerBps", type: "uint16" },
  { name: "reasonCode", type: "uint16" },
  { name: "validUntil", type: "uint40" },
];

function typed(each: any, primaryType: string, fields: any, message: any): TypedData {
  return { types: { EIP712Domain: DOMAIN, [primaryType]: fields }, primaryType, domain: each.domain, message };
}

function placeOf(each: any) {
  return { chainId: BigInt(each.domain.chainId), escrow: each.domain.verifyingContract };
}

for (const each of cases) {
  test(`${each.name}: every digest is the contract's`, () => {
    const terms = typed(each, "Terms", TERMS, each.terms);
    assert.equal(`0x${toHex(structHash("EIP712Domain", each.domain, terms.types))}`, each.domain_separator);
    assert.equal(tradeId(each.terms, placeOf(each)), each.trade_id);
    assert.equal(checkTerms(terms, placeOf(each), each.trade_id), each.trade_id);
    for (const [action, { valid_until, digest: expected }] of Object.entries<any>(each.actions)) {
      const message = { tradeId: each.trade_id, action, validUntil: valid_until };
      const data = typed(each, "Action", ACTION, message);
      assert.equal(digest(data), expected);
      checkAction(data, placeOf(each), { tradeId: each.trade_id, action });
    }
    const split = typed(each, "Split", SPLIT, { tradeId: each.trade_id, buyerBps: each.split.buyer_bps });
    assert.equal(digest(split), each.split.digest);
    checkSplit(split, placeOf(each), { tradeId: each.trade_id, buyerBps: Number(each.split.buyer_bps) });
    const { buyer_bps, reason_code, valid_until } = each.ruling;
    const message = { tradeId: each.trade_id, buyerBps: buyer_bps, reasonCode: reason_code, validUntil: valid_until };
    const ruling = typed(each, "Ruling", RULING, message);
    assert.equal(digest(ruling), each.ruling.digest);
    const expected = { tradeId: each.trade_id, buyerBps: Number(buyer_bps), reasonCode: Number(reason_code) };
    checkRuling(ruling, placeOf(each), expected);
  });

  test(`${each.name}: calls are the contract's, to the byte`, () => {
    const { escrow } = placeOf(each);
    const args = [termsFor(each.terms)];
    const native = BigInt(each.terms.token) === 0n;
    const names = { mark_paid: "markPaid", release: "release", cancel: "cancel", dispute: "dispute" };
    for (const [action, functionName] of Object.entries(names)) {
      const data = encodeFunctionData({ abi, functionName, args });
      checkCall({ to: escrow, data, value: "0" }, action, each.terms, escrow);
    }
    const fund = encodeFunctionData({ abi, functionName: native ? "fundEth" : "fund", args });
    const value = native ? each.terms.amount : "0";
    checkCall({ to: escrow, data: fund, value }, "fund", each.terms, escrow);
    const resolve = encodeFunctionData({ abi, functionName: "resolve", args: [...args, 6000, 3] });
    checkResolve({ to: escrow, data: resolve }, { buyerBps: 6000, reasonCode: 3 }, each.terms, escrow);
    assert.throws(
      () => checkCall({ to: escrow, data: fund, value: "1" }, "fund", { ...each.terms, amount: "7" }, escrow),
      Mismatch,
    );
    assert.throws(
      () => checkCall({ to: each.trade_id.slice(0, 42), data: fund, value }, "fund", each.terms, escrow),
      Mismatch,
    );
    assert.throws(() => checkCall({ to: escrow, data: fund, value }, "release", each.terms, escrow), Mismatch);
    const tradeOf = encodeFunctionData({ abi, functionName: "tradeOf", args: [each.trade_id] });
    assert.equal(tradeOfCall(each.trade_id, escrow).data, tradeOf);
  });
}

function termsFor(terms: any) {
  return { ...terms, amount: BigInt(terms.amount), salt: BigInt(terms.salt) };
}

test("a token is approved for exactly the amount, to nobody but the escrow", () => {
  const token = cases.find((each: any) => each.name === "token_on_the_local_chain");
  const { escrow } = placeOf(token);
  const erc20 = [
    { type: "function", name: "approve", inputs: [{ type: "address" }, { type: "uint256" }] },
    { type: "function", name: "allowance", inputs: [{ type: "address" }, { type: "address" }] },
  ];
  const data = encodeFunctionData({ abi: erc20, functionName: "approve", args: [escrow, BigInt(token.terms.amount)] });
  checkApproval({ to: token.terms.token, data }, token.terms, escrow);
  const unlimited = encodeFunctionData({ abi: erc20, functionName: "approve", args: [escrow, 2n ** 256n - 1n] });
  assert.throws(() => checkApproval({ to: token.terms.token, data: unlimited }, token.terms, escrow), Mismatch);
  const allowance = encodeFunctionData({ abi: erc20, functionName: "allowance", args: [token.terms.seller, escrow] });
  assert.equal(allowanceCall(token.terms, escrow).data, allowance);
});

test("typed data that is not what the page is about is never handed to a wallet", () => {
  const [each, other] = [cases[0], cases[1]];
  const place = placeOf(each);
  const terms = typed(each, "Terms", TERMS, each.terms);
  assert.throws(() => checkTerms(terms, place, other.trade_id), Mismatch);
  assert.throws(() => checkTerms(terms, { ...place, chainId: 1n }, each.trade_id), Mismatch);
  assert.throws(() => checkTerms(terms, { ...place, escrow: each.terms.seller }, each.trade_id), Mismatch);
  const swapped = [TERMS[1], TERMS[0], ...TERMS.slice(2)];
  assert.throws(() => checkTerms(typed(each, "Terms", swapped, each.terms), place, each.trade_id), Mismatch);
  const release = { tradeId: each.trade_id, action: "release", validUntil: 1800003600 };
  const data = typed(each, "Action", ACTION, release);
  assert.throws(() => checkAction(data, place, { tradeId: each.trade_id, action: "mark_paid" }), Mismatch);
  assert.throws(() => checkAction(data, place, { tradeId: other.trade_id, action: "release" }), Mismatch);
  const permit = typed({ domain: { ...each.domain, name: "USD Coin" } }, "Action", ACTION, release);
  assert.throws(() => checkAction(permit, place, { tradeId: each.trade_id, action: "release" }), Mismatch);
  const split = typed(each, "Split", SPLIT, { tradeId: each.trade_id, buyerBps: 6000 });
  assert.throws(() => checkSplit(split, place, { tradeId: each.trade_id, buyerBps: 4000 }), Mismatch);
});

test("any typed data hashes as viem hashes it: structs, lists, bytes, negative numbers", () => {
  const data: any = {
    types: {
      EIP712Domain: [{ name: "name", type: "string" }],
      Mail: [
        { name: "from", type: "Person" },
        { name: "to", type: "Person[]" },
        { name: "body", type: "bytes" },
        { name: "sum", type: "int64" },
        { name: "tag", type: "bytes4" },
        { name: "open", type: "bool" },
        { name: "pair", type: "uint8[2]" },
      ],
      Person: [
        { name: "name", type: "string" },
        { name: "wallet", type: "address" },
      ],
    },
    primaryType: "Mail",
    domain: { name: "Post" },
    message: {
      from: { name: "Sara", wallet: `0x${"11".repeat(20)}` },
      to: [{ name: "Ben", wallet: `0x${"22".repeat(20)}` }],
      body: "0x00ff",
      sum: "-5",
      tag: "0x01020304",
      open: true,
      pair: [1, 2],
    },
  };
  assert.equal(digest(data), hashTypedData(data));
  assert.equal(encodeType("Mail", data.types).endsWith("Person(string name,address wallet)"), true);
  assert.throws(() => digest({ ...data, message: { ...data.message, pair: [1] } }), TypeError);
  assert.throws(() => digest({ ...data, message: { ...data.message, sum: 1.5 } }), TypeError);
  assert.throws(() => digest({ ...data, message: { ...data.message, tag: "0x01" } }), TypeError);
});

test("a revert is found in whatever a wallet wraps it in, and said in words", () => {
  const selector = toFunctionSelector("WrongStatus(uint8)");
  const data = `${selector}${"00".repeat(31)}04`;
  assert.equal(findRevert({ code: 3, data }), data);
  assert.equal(findRevert({ code: -32603, data: { originalError: { data } } }), data);
  assert.equal(findRevert({ message: "x" }), null);
  assert.match(revertWords(data) ?? "", /no longer/);
  assert.equal(revertWords("0xdeadbeef"), null);
});

test("coins are cut and fees rounded up when shown", () => {
  assert.equal(formatUnits(80092999999999999n, 18), "0.080092");
  assert.equal(formatUnits(1000000n, 6), "1");
  assert.equal(formatUnits(0n, 18), "0");
  assert.equal(formatEstimate(641000000000001n), "0.00065");
  assert.equal(formatEstimate(0n), "0");
});
