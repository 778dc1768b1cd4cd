// Why the escrow would refuse a call, in words. Source of the names: contracts/src/IEscrow.sol.

import { toHex } from "./bytes";
import { selector } from "./calls";

const WORDS: Readonly<Record<string, string>> = {
  "NotSeller()": "Only the seller's wallet may do this.",
  "NotBuyer()": "Only the buyer's wallet may do this.",
  "NotArbiter()": "Only the arbiter's wallet may do this.",
  "NotParty()": "Only the buyer's or the seller's wallet may do this.",
  "BadSignature(address)": "The signature does not belong to this trade or this wallet.",
  "SignatureExpired(uint40)": "The signature has expired. Sign again.",
  "WrongStatus(uint8)": "The trade is no longer in a state that allows this.",
  "DeadlinePassed(uint40)": "The deadline for this has passed.",
  "DeadlineNotPassed(uint40)": "The deadline has not passed yet.",
  "WrongValue()": "The amount sent is not the amount agreed.",
  "TokenHasNoCode()": "There is no token at the agreed address.",
  "WrongAmountReceived()": "The token delivered another amount than the one agreed.",
  "PayByPassed()": "The time to lock the coins has passed.",
  "TooLittleGas()": "Too little gas. Send it again with a higher gas limit.",
};

let bySelector: Map<string, string> | undefined;

/** Words for revert data, or null when it is not one of the escrow's errors. */
export function revertWords(data: string): string | null {
  bySelector ??= new Map(Object.entries(WORDS).map(([name, words]) => [toHex(selector(name)), words]));
  return bySelector.get(data.slice(2, 10).toLowerCase()) ?? null;
}

/** Find revert data anywhere in a wallet's error: wallets nest it at different depths. */
export function findRevert(error: unknown, depth = 0): string | null {
  if (typeof error === "string") return /^0x[0-9a-fA-F]{8,}$/.test(error) ? error : null;
  if (typeof error !== "object" || error === null || depth > 5) return null;
  const bag = error as Record<string, unknown>;
  for (const key of ["data", "error", "originalError", "cause", "info"]) {
    const found = findRevert(bag[key], depth + 1);
    if (found) return found;
  }
  return null;
}
