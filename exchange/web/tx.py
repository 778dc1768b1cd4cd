"""The transaction card: check, confirm in the wallet, in a block, final.

Drawn from what the server knows, so it survives a reload; the browser moves it on in between.
"""

from dataclasses import dataclass

from exchange.trades.view import TradeView

LABELS = {
    "check": "Check",
    "confirm": "Confirm in your wallet",
    "mined": "Included in a block",
    "final": "Final",
}
PENDING = frozenset({"locking", "releasing", "refunding", "ruled"})
WAITING = frozenset({"queued", "sent"})
FAILED = frozenset({"failed", "dropped"})

# What became of a transaction of one's own that will never do its work; the button above starts again.
LOST = {
    "replaced": "Replaced by another transaction from your wallet. Nothing is locked; start again above.",
    "dropped": "The network has forgotten this transaction. Nothing is locked; start again above.",
    "reverted": "The contract refused this transaction. Nothing is locked and only the network fee was spent.",
}


@dataclass(frozen=True, slots=True)
class TxStep:
    """One row: its key, its state (idle, active, done, failed) and its words."""

    key: str
    state: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The card; hidden while nothing is on its way."""

    is_hidden: bool
    steps: tuple[TxStep, ...]
    tx_hash: str = ""
    problem: str = ""


def progress_of(view: TradeView) -> Progress:
    """Return the card of a trade: the newest act that is on its way, or that has just failed."""
    final = f"Final, {view.chain.confirmations} of {view.chain.required}" if view.chain.required > 1 else "Final"
    newest = view.chain.intents[-1] if view.chain.intents else None
    is_seen = not view.chain.is_final and view.chain.status != "none"
    if view.ui_state in PENDING and is_seen:
        return sample("done", "done", "done", "active", final=final, tx_hash=view.chain.tx_hash)
    if newest is not None and newest.state in WAITING:
        return sample("done", "done", "active", "idle", tx_hash=newest.tx_hash or "")
    if newest is not None and newest.state in FAILED and view.primary:
        return sample("done", "done", "failed", "idle", tx_hash=newest.tx_hash or "", problem=newest.error)
    if view.ui_state == "awaiting_escrow" and view.role == "seller" and view.chain.transactions:
        problem = LOST.get(view.chain.newest_state, "")
        mined = "failed" if problem else "done" if view.chain.newest_state == "mined" else "active"
        final_ = "active" if mined == "done" else "idle"
        return sample("done", "done", mined, final_, tx_hash=view.chain.transactions[-1], problem=problem)
    return sample("idle", "idle", "idle", "idle", is_hidden=True)


def sample(
    *states: str, final: str = "Final", tx_hash: str = "", problem: str = "", is_hidden: bool = False
) -> Progress:
    """Return a card with its four rows in these states."""
    labels = {**LABELS, "final": final}
    steps = tuple(TxStep(key, state, labels[key]) for key, state in zip(labels, states, strict=True))
    return Progress(is_hidden=is_hidden, steps=steps, tx_hash=tx_hash, problem=problem)
