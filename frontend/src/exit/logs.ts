// A trade without its kit: the contract published its terms in full when the coins were locked.

import { keccak_256 } from "@noble/hashes/sha3.js";
import { toHex, utf8 } from "../chain/bytes";
import { TERMS, tradeId, type TermsMessage } from "../chain/terms";
import type { Provider } from "../wallet/provider";
import { NoAnswer } from "./chain";
import type { Trade } from "./kit";

const TUPLE = `(${TERMS.map((field) => field.type).join(",")})`;
const FUNDED = `0x${toHex(keccak_256(utf8(`Funded(bytes32,address,address,${TUPLE})`)))}`;
const NATIVE = /^0x0{40}$/;

/** Find the terms behind a trade key. Throws `NoAnswer` when the node tells none that have this key. */
export async function findTrade(node: Provider, id: string, contract: string, rpcUrl: string): Promise<Trade> {
  const chainId = Number(await node.request({ method: "eth_chainId" }));
  const query = { fromBlock: "0x0", toBlock: "latest", address: contract, topics: [FUNDED, id] };
  let logs: unknown;
  try {
    logs = await node.request({ method: "eth_getLogs", params: [query] });
  } catch (error) {
    if (error instanceof NoAnswer) throw error;
    throw new NoAnswer("This node does not search the whole chain for a trade. Try another RPC address, or use your kit.");
  }
  for (const log of Array.isArray(logs) ? (logs as { data?: unknown }[]) : []) {
    const terms = readTerms(log.data);
    if (terms && tradeId(terms, { chainId, escrow: contract }) === id) return tradeOf(terms, { id, contract, chainId, rpcUrl });
  }
  throw new NoAnswer("This node knows of no coins locked under this trade key in this contract.");
}

function readTerms(data: unknown): TermsMessage | null {
  if (typeof data !== "string" || data.length !== 2 + 64 * TERMS.length || !/^0x[0-9a-fA-F]+$/.test(data)) return null;
  const terms: TermsMessage = {};
  TERMS.forEach(({ name, type }, place) => {
    const digits = data.slice(2 + 64 * place, 66 + 64 * place);
    if (type === "address") terms[name] = `0x${digits.slice(24)}`;
    else if (type === "bytes32") terms[name] = `0x${digits.toLowerCase()}`;
    else terms[name] = BigInt(`0x${digits}`).toString();
  });
  return terms;
}

function tradeOf(terms: TermsMessage, found: { id: string; contract: string; chainId: number; rpcUrl: string }): Trade {
  const isNative = NATIVE.test(String(terms.token));
  return {
    code: "",
    tradeId: found.id,
    chainId: found.chainId,
    chainName: `Chain ${found.chainId}`,
    contract: found.contract,
    codeHash: null,
    terms,
    symbol: isNative ? "ETH" : `units of ${String(terms.token)}`,
    decimals: isNative ? 18 : 0,
    rpcUrl: found.rpcUrl,
    role: null,
    madeAt: 0,
    signedCalls: [],
    checks: [{ isGood: true, words: "The contract published these terms, and they have this trade key." }],
  };
}
