// Sending a transaction from the account's own wallet: simulate, look at the balance, then ask.

import { allowanceCall, type Call } from "../chain/calls";
import { findRevert, revertWords } from "../chain/reverts";
import type { TermsMessage } from "../chain/terms";
import { formatEstimate, formatUnits } from "../chain/units";
import { facts } from "../page/facts";
import { notEnoughGas, Problem, problemOf } from "./problems";
import { ask, type Wallet } from "./provider";

const ALLOWANCE_TRIES = 120;
const ALLOWANCE_PAUSE_MS = 1_000;

interface Transaction {
  from: string;
  to: string;
  data: string;
  value: string;
}

function transactionOf(call: Call): Transaction {
  const value = `0x${BigInt(call.value ?? "0").toString(16)}`;
  return { from: facts().account, to: call.to, data: call.data, value };
}

/**
 * The network fee of `call` in wei, about. Throws `Problem` when the call would revert or the account cannot pay for it;
 * the wallet is not opened.
 */
export async function rehearse(wallet: Wallet, call: Call): Promise<bigint> {
  const transaction = transactionOf(call);
  const [balance, price] = await Promise.all([
    quantity(wallet, "eth_getBalance", [transaction.from, "latest"]),
    quantity(wallet, "eth_gasPrice", []),
  ]);
  const value = BigInt(transaction.value);
  if (balance < value) {
    const [need, has] = [formatUnits(value, 18), formatUnits(balance, 18)];
    throw new Problem("gas", `This takes ${need} ETH; this wallet has ${has}.`, transaction.from);
  }
  const gas = await estimate(wallet, transaction);
  const fee = gas * price;
  if (balance < value + fee) {
    throw notEnoughGas(formatEstimate(fee), formatUnits(balance - value, 18), transaction.from);
  }
  return fee;
}

async function estimate(wallet: Wallet, transaction: Transaction): Promise<bigint> {
  try {
    return BigInt((await wallet.provider.request({ method: "eth_estimateGas", params: [transaction] })) as string);
  } catch (error) {
    const revert = findRevert(error);
    const words = revert ? revertWords(revert) : null;
    if (words) throw new Problem("revert", `The contract would refuse this: ${words} Nothing was sent.`);
    const problem = problemOf(error);
    if (/insufficient funds/i.test(String((error as { message?: unknown }).message))) {
      throw new Problem("gas", "This wallet has too little ETH for the amount and the network fee.", transaction.from);
    }
    throw problem.kind === "wallet"
      ? new Problem(
          "revert",
          `The contract would refuse this now. Nothing was sent. ${problem.message.split("It says: ")[1] ?? ""}`.trim(),
        )
      : problem;
  }
}

/** Ask the wallet to send `call`; returns the transaction's hash. */
export function send(wallet: Wallet, call: Call): Promise<string> {
  return ask<string>(wallet, "eth_sendTransaction", [transactionOf(call)]);
}

/** What the escrow may already take from the seller, in base units. */
export async function allowance(wallet: Wallet, terms: TermsMessage): Promise<bigint> {
  return BigInt(await ask<string>(wallet, "eth_call", [allowanceCall(terms, facts().escrow), "latest"]));
}

/** Wait until the allowance stands on chain, so that the next transaction finds it. */
export async function awaitAllowance(wallet: Wallet, terms: TermsMessage): Promise<void> {
  const needed = BigInt(String(terms.amount));
  for (let tries = 0; tries < ALLOWANCE_TRIES; tries += 1) {
    if ((await allowance(wallet, terms)) >= needed) return;
    await new Promise((resolve) => window.setTimeout(resolve, ALLOWANCE_PAUSE_MS));
  }
  throw new Problem(
    "wallet",
    "The permission is not in a block yet. Wait for it, then press the button again; it will not be asked twice.",
  );
}

async function quantity(wallet: Wallet, method: string, params: unknown[]): Promise<bigint> {
  return BigInt(await ask<string>(wallet, method, params));
}
