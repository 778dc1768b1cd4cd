// Having the account's wallet sign typed data, after account and network are known to be right.

import type { TypedData } from "../chain/eip712";
import { facts } from "../page/facts";
import { walletOfAccount } from "./choose";
import { checkNetwork } from "./network";
import { ask, type Wallet } from "./provider";

/** The signature of `data` by the signed-in account. Throws `Problem`. */
export async function signTypedData(data: TypedData): Promise<string> {
  const wallet = await walletOfAccount();
  // Wallets refuse data for a chain they are not on, each in other words: say it first, in ours.
  if (data.domain.chainId !== undefined) await checkNetwork(wallet);
  return signWith(wallet, data);
}

export function signWith(wallet: Wallet, data: TypedData): Promise<string> {
  return ask<string>(wallet, "eth_signTypedData_v4", [facts().account, JSON.stringify(data)]);
}
