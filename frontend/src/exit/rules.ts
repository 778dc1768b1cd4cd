// Who may do what, and when: the table of contracts/src/IEscrow.sol in words. Pure.

import type { TermsMessage } from "../chain/terms";
import type { Act } from "./calls";
import type { Sight } from "./chain";

export type Who = "buyer" | "seller" | "either" | "anyone";

/** One way on. `from` and `until` are Unix seconds, 0 for no limit; `isOpen` says whether it counts at the present time. */
export interface Way {
  act: Act;
  who: Who;
  title: string;
  effect: string;
  from: number;
  until: number;
  isOpen: boolean;
}

const OPEN = new Set(["funded", "paid", "disputed"]);

/** The ways on from what the chain says; `now` is the clock, and a block may be ahead of it. */
export function waysOf(sight: Sight, terms: TermsMessage, now: number): Way[] {
  const { status, deadline } = sight;
  const time = Math.max(now, sight.time);
  const ways: Way[] = [];
  const add = (act: Act, who: Who, title: string, effect: string, from = 0, until = 0): void => {
    const isOpen = (from === 0 || time > from) && (until === 0 || time <= until);
    ways.push({ act, who, title, effect, from, until, isOpen });
  };
  if (status === "funded") {
    add("mark_paid", "buyer", "I have sent the money", "The seller can no longer get the coins back by waiting.", 0, deadline);
    add("refund_expired", "anyone", "Send the coins back", "All coins go back to the seller. The buyer did not pay in time.", deadline);
  }
  if (status === "paid") {
    add("dispute", "either", "Call the arbiter", "The arbiter named in the terms may split the coins between the two of you.");
    add("escalate", "anyone", "Call the arbiter: the seller is silent", "The same, because the seller has not answered in time.", deadline);
  }
  if (status === "disputed") {
    const percent = Number(terms.fallbackBuyerBps) / 100;
    const effect = `${percent} % go to the buyer and the rest to the seller, as both agreed at the start. The arbiter did not rule in time.`;
    add("resolve_expired", "anyone", "Split the coins as agreed", effect, deadline);
  }
  if (OPEN.has(status)) {
    add("release", "seller", "Release the coins to the buyer", "All coins go to the buyer, less the fee. This cannot be undone.");
    add("cancel", "buyer", "Give the trade up", "All coins go back to the seller, with no fee. This cannot be undone.");
  }
  if (sight.credits.seller > 0n) withdrawal(ways, "seller");
  if (sight.credits.buyer > 0n) withdrawal(ways, "buyer");
  return ways;
}

function withdrawal(ways: Way[], who: "seller" | "buyer"): void {
  ways.push({
    act: "withdraw",
    who,
    title: `Take out the ${who}'s payout`,
    effect: "A payout could not be delivered and waits in the contract for its owner.",
    from: 0,
    until: 0,
    isOpen: true,
  });
}

/** What the chain says, in one sentence, and its tone. */
export function verdictOf(sight: Sight): { tone: string; words: string } {
  switch (sight.status) {
    case "none":
      return { tone: "neutral", words: "Nothing is locked for this trade." };
    case "funded":
      return { tone: "locked", words: "The coins are locked. The buyer has not marked the trade paid." };
    case "paid":
      return { tone: "paid", words: "The coins are locked. The buyer says that the money was sent." };
    case "disputed":
      return { tone: "dispute", words: "The coins are locked and the arbiter has been called." };
    case "released":
      return { tone: "done", words: "It is over: the coins went to the buyer." };
    case "refunded":
      return { tone: "cancel", words: "It is over: the coins went back to the seller." };
    case "resolved":
      return { tone: "ruled", words: "It is over: the coins were split." };
  }
}
