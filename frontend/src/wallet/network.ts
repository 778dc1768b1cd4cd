// The wallet must be on this node's chain before it signs or sends; the chain id is always read back, never assumed.

import { facts } from "../page/facts";
import { Problem, wrongNetwork } from "./problems";
import { ask, chainOf, type Wallet } from "./provider";

/** Throw `Problem` unless the wallet is on the chain of this page. */
export async function checkNetwork(wallet: Wallet): Promise<void> {
  const current = await chainOf(wallet);
  if (current !== facts().chainId) throw wrongNetwork(current);
}

/** Ask the wallet to switch, offering the network when it is unknown to it; then look where it really is. */
export async function switchNetwork(wallet: Wallet): Promise<void> {
  const { chainId, chainName, rpcUrl, explorer } = facts();
  const id = `0x${chainId.toString(16)}`;
  try {
    await ask(wallet, "wallet_switchEthereumChain", [{ chainId: id }]);
  } catch (error) {
    if (error instanceof Problem && error.kind === "unknown_network") {
      await ask(wallet, "wallet_addEthereumChain", [
        {
          chainId: id,
          chainName,
          rpcUrls: [rpcUrl],
          nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
          ...(explorer ? { blockExplorerUrls: [explorer] } : {}),
        },
      ]);
    } else if (error instanceof Problem && error.kind === "declined") {
      throw error;
    }
    // Any other error is not believed: some wallets report a failure after a successful switch.
  }
  await checkNetwork(wallet);
}
