"""The escrow proof: what this site says of the contract; the reader's own wallet checks it and overwrites it."""

from dataclasses import dataclass

from exchange.trades.view import TradeView

ENDS = {
    "released": "Paid out to the buyer.",
    "refunded": "Gone back to the seller.",
    "resolved": "Split and paid out.",
}


@dataclass(frozen=True, slots=True)
class Proof:
    """One line of verdict with its tone and icon, and whether a wallet has something to check."""

    tone: str
    icon: str
    verdict: str
    can_check: bool


def proof_of(view: TradeView) -> Proof:
    """Return the site's own verdict."""
    chain = view.chain
    if chain.status == "none":
        return Proof("neutral", "lock", "Not locked.", can_check=False)
    if chain.final_status == "none":
        counted = f"{chain.confirmations} of {chain.required} confirmations"
        return Proof("action", "loader", f"Locking, {counted}. Do not pay yet.", can_check=False)
    if chain.final_status in ENDS:
        return Proof("cancel", "circle-check-big", ENDS[chain.final_status], can_check=True)
    return Proof("locked", "shield-check", "Locked, reported by this site only.", can_check=True)
