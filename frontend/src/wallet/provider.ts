// Talking to one wallet over EIP-1193.

import { openRequest, Problem, problemOf } from "./problems";

export interface Provider {
  request(call: { method: string; params?: unknown }): Promise<unknown>;
  on?(event: string, listener: (value: unknown) => void): unknown;
}

export interface Wallet {
  /** Reverse domain name from EIP-6963, or "legacy". */
  id: string;
  name: string;
  icon: string;
  provider: Provider;
}

// Requests that open the wallet: one at a time, so that two never look alike.
const INTERACTIVE = new Set([
  "eth_requestAccounts",
  "personal_sign",
  "eth_signTypedData_v4",
  "eth_sendTransaction",
  "wallet_switchEthereumChain",
  "wallet_addEthereumChain",
]);
let isAsking = false;

/** Ask a wallet. Throws `Problem`. */
export async function ask<T>(wallet: Wallet, method: string, params: unknown[] = []): Promise<T> {
  const isInteractive = INTERACTIVE.has(method);
  if (isInteractive && isAsking) throw openRequest();
  if (isInteractive) isAsking = true;
  try {
    return (await wallet.provider.request({ method, params })) as T;
  } catch (error) {
    throw problemOf(error);
  } finally {
    if (isInteractive) isAsking = false;
  }
}

/** The accounts the wallet already shows to this site, without opening it. */
export async function shownAccounts(wallet: Wallet): Promise<string[]> {
  return addresses(await ask<unknown>(wallet, "eth_accounts"));
}

/** The account the wallet connects with; opens the wallet when the site is new to it. */
export async function connect(wallet: Wallet): Promise<string> {
  const [first] = addresses(await ask<unknown>(wallet, "eth_requestAccounts"));
  if (!first) throw new Problem("wallet", "Your wallet shows no account. Unlock it or add one, then try again.");
  return first;
}

export async function chainOf(wallet: Wallet): Promise<number> {
  return Number(BigInt(await ask<string>(wallet, "eth_chainId")));
}

function addresses(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => /^0x[0-9a-fA-F]{40}$/.test(String(item))) : [];
}
