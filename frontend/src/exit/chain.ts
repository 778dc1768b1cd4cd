// Asking a node: any RPC address, or the one inside a wallet. Answers are checked for their form, never trusted for more.

import { keccak_256 } from "@noble/hashes/sha3.js";
import { fromHex, toHex } from "../chain/bytes";
import { tradeOfCall } from "../chain/calls";
import type { Provider } from "../wallet/provider";
import { creditCall } from "./calls";
import type { Trade } from "./kit";

const PATIENCE_MS = 15_000;

/** The node did not answer, or nonsense; `message` is for the reader. */
export class NoAnswer extends Error {}

export type Status = "none" | "funded" | "paid" | "disputed" | "released" | "refunded" | "resolved";
const STATUSES: readonly Status[] = ["none", "funded", "paid", "disputed", "released", "refunded", "resolved"];

/** What one node says of a trade at its newest block. Times are Unix seconds, credits base units. */
export interface Sight {
  status: Status;
  deadline: number;
  block: number;
  time: number;
  codeHash: string | null;
  credits: Readonly<Record<"seller" | "buyer", bigint>>;
}

export function overHttp(url: string): Provider {
  let number = 0;
  return {
    async request({ method, params }) {
      number += 1;
      let answer: { result?: unknown; error?: { message?: unknown; data?: unknown } };
      try {
        const response = await fetch(url, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ jsonrpc: "2.0", id: number, method, params: params ?? [] }),
          signal: AbortSignal.timeout(PATIENCE_MS),
          credentials: "omit",
          referrerPolicy: "no-referrer",
        });
        answer = (await response.json()) as typeof answer;
      } catch {
        throw new NoAnswer("This RPC address does not answer. Check it, or try another one.");
      }
      if (answer?.error) throw answer.error;
      if (!answer || !("result" in answer)) throw new NoAnswer("This address answers, but not as an Ethereum node does.");
      return answer.result;
    },
  };
}

/** Throw unless the node serves the chain of the trade. */
export async function checkChain(node: Provider, chainId: number): Promise<void> {
  const told = quantity(await node.request({ method: "eth_chainId" }));
  if (told !== chainId) throw new NoAnswer(`This node serves chain ${told}; the trade is on chain ${chainId}.`);
}

export async function look(node: Provider, trade: Trade): Promise<Sight> {
  await checkChain(node, trade.chainId);
  const { contract, terms } = trade;
  const call = async (to: { to: string; data: string }): Promise<string> =>
    words(await node.request({ method: "eth_call", params: [to, "latest"] }));
  const [block, code, state, seller, buyer] = await Promise.all([
    node.request({ method: "eth_getBlockByNumber", params: ["latest", false] }),
    node.request({ method: "eth_getCode", params: [contract, "latest"] }),
    call(tradeOfCall(trade.tradeId, contract)),
    call(creditCall(String(terms.seller), String(terms.token), contract)),
    call(creditCall(String(terms.buyer), String(terms.token), contract)),
  ]);
  const head = block as { number?: unknown; timestamp?: unknown } | null;
  if (!head) throw new NoAnswer("This node has no newest block.");
  const status = STATUSES[Number(BigInt(`0x${state.slice(2, 66)}`))];
  if (!status || state.length < 130) throw new NoAnswer("There is no escrow contract at this address on this chain.");
  return {
    status,
    deadline: Number(BigInt(`0x${state.slice(66, 130)}`)),
    block: quantity(head.number),
    time: quantity(head.timestamp),
    codeHash: typeof code === "string" && code.length > 2 ? `0x${toHex(keccak_256(fromHex(code)))}` : null,
    credits: { seller: BigInt(seller.slice(0, 66)), buyer: BigInt(buyer.slice(0, 66)) },
  };
}

/** Wait for the block a transaction is in; resolves to whether it succeeded. */
export async function awaitReceipt(node: Provider, hash: string, tries = 300): Promise<boolean> {
  for (let turn = 0; turn < tries; turn += 1) {
    const receipt = (await node.request({ method: "eth_getTransactionReceipt", params: [hash] })) as {
      status?: unknown;
    } | null;
    if (receipt) return quantity(receipt.status) === 1;
    await new Promise((resolve) => window.setTimeout(resolve, 1_000));
  }
  throw new NoAnswer("It is not in a block yet. Keep its hash, and read the chain again later.");
}

function quantity(value: unknown): number {
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]{1,13}$/.test(value)) {
    throw new NoAnswer("This node answers with something that is no number.");
  }
  return Number(value);
}

function words(value: unknown): string {
  if (typeof value !== "string" || !/^0x([0-9a-fA-F]{64})+$/.test(value)) {
    throw new NoAnswer("There is no escrow contract at this address on this chain.");
  }
  return value;
}
