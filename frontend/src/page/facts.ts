// What the server tells every page about itself, on <body>.

export interface Facts {
  /** Checksummed address of the signed-in account; empty when nobody is. */
  account: string;
  accountName: string;
  chainId: number;
  chainName: string;
  rpcUrl: string;
  escrow: string;
  /** Host of the site's public address, port included; part of every chat key. */
  host: string;
  isDemo: boolean;
  explorer: string;
}

export function facts(): Facts {
  const data = document.body.dataset;
  return {
    account: data.account ?? "",
    accountName: data.accountName ?? "",
    chainId: Number(data.chainId ?? 0),
    chainName: data.chainName ?? "",
    rpcUrl: data.rpcUrl ?? "",
    escrow: data.escrow ?? "",
    host: data.host || location.host,
    isDemo: data.demo === "1",
    explorer: data.explorer ?? "",
  };
}

/** Addresses are compared without regard to the case that carries their checksum. */
export function sameAddress(one: string, other: string): boolean {
  return one !== "" && one.toLowerCase() === other.toLowerCase();
}

/** `0x71C7…976F`: for lists and sentences, never where money moves. */
export function shortAddress(address: string): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}
