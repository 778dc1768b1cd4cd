// What can go wrong between page and wallet, one wording each, used everywhere.

import { facts, shortAddress } from "../page/facts";

export type ProblemKind =
  | "declined"
  | "open_request"
  | "network"
  | "unknown_network"
  | "account"
  | "gas"
  | "revert"
  | "unsupported"
  | "no_wallet"
  | "wallet";

/** A problem with words for the reader. */
export class Problem extends Error {
  readonly kind: ProblemKind;
  /** Something worth copying, such as the address to top up. */
  readonly copy: string;

  constructor(kind: ProblemKind, message: string, copy = "") {
    super(message);
    this.name = "Problem";
    this.kind = kind;
    this.copy = copy;
  }
}

export const declined = (): Problem => new Problem("declined", "You declined the request. Nothing was sent.");

export const openRequest = (): Problem => new Problem("open_request", "Your wallet already has an open request.");

export const noWallet = (): Problem => new Problem("no_wallet", "No wallet found in this browser.");

export function wrongNetwork(current: number): Problem {
  return new Problem("network", `Your wallet is on ${chainName(current)}. This trade is on ${facts().chainName}.`);
}

export function wrongAccount(shown: string): Problem {
  const { account } = facts();
  return new Problem(
    "account",
    `This trade belongs to ${shortAddress(account)}. Your wallet shows ${shown ? shortAddress(shown) : "no account"}.`,
  );
}

export function notEnoughGas(need: string, has: string, address: string): Problem {
  return new Problem("gas", `You need about ${need} ETH for the network fee; this wallet has ${has}.`, address);
}

const NAMES: Readonly<Record<number, string>> = {
  1: "Ethereum",
  10: "OP Mainnet",
  56: "BNB Smart Chain",
  100: "Gnosis",
  137: "Polygon",
  8453: "Base",
  42161: "Arbitrum One",
  43114: "Avalanche",
  59144: "Linea",
  11155111: "Sepolia",
};

function chainName(id: number): string {
  const here = facts();
  return id === here.chainId ? here.chainName : (NAMES[id] ?? `chain ${id}`);
}

interface WalletError {
  code?: unknown;
  message?: unknown;
  data?: { originalError?: WalletError };
}

/** The problem behind whatever a wallet threw. Codes: EIP-1193 and EIP-1474. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const bag = (typeof error === "object" && error !== null ? error : {}) as WalletError;
  const code = Number(bag.data?.originalError?.code ?? bag.code);
  const text = typeof bag.message === "string" ? bag.message : "";
  if (code === 4001 || /user (rejected|denied)/i.test(text)) return declined();
  if (code === -32002) return openRequest();
  if (code === 4902 || /unrecognized chain/i.test(text))
    return new Problem("unknown_network", "Your wallet does not know this network.");
  if (code === 4200 || code === -32601) {
    return new Problem("unsupported", "This wallet cannot do that. Nothing was sent; try another wallet.");
  }
  const detail = text ? ` It says: “${text.slice(0, 160)}”` : "";
  return new Problem("wallet", `Your wallet could not do this. Nothing was sent.${detail}`);
}
