// The trade ids this browser has agreed to. If the server later names another id for the same trade, something is wrong.

import { tradeId, Mismatch, type Place, type TermsMessage } from "../chain/terms";
import type { Trade } from "../api/trades";
import { facts } from "../page/facts";

export function here(): Place {
  const { chainId, escrow } = facts();
  return { chainId, escrow };
}

function keyOf(code: string): string {
  return `parley:${facts().account.toLowerCase()}:agreed:${code}`;
}

/** Remember that the reader signed (or locked coins for) this trade id. */
export function rememberAgreed(code: string, id: string): void {
  localStorage.setItem(keyOf(code), id.toLowerCase());
}

export function agreedId(code: string): string | null {
  return localStorage.getItem(keyOf(code));
}

/** Compute the trade id from the terms and compare it with the server's and with the one agreed to. */
export function checkIdentity(trade: Trade): { id: string; terms: TermsMessage } {
  const terms = trade.terms.message;
  const id = tradeId(terms, here());
  if (id !== trade.trade_id.toLowerCase()) throw new Mismatch("trade id");
  const agreed = agreedId(trade.id);
  if (agreed && agreed !== id) throw new Mismatch("terms you agreed to");
  return { id, terms };
}
