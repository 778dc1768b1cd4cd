// Reading the chain through the reader's own node without opening any wallet.

import { facts } from "../page/facts";
import { quietWallet } from "./choose";
import { ask, chainOf } from "./provider";

/** What a contract answers (hex) on the signed-in account's wallet; null where none is connected to this network. */
export async function readQuietly(to: string, data: string): Promise<string | null> {
  const wallet = await quietWallet();
  if (!wallet || (await chainOf(wallet)) !== facts().chainId) return null;
  return ask<string>(wallet, "eth_call", [{ to, data }, "latest"]);
}
