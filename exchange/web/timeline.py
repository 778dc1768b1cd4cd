"""What happened in a trade, in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from exchange.trades.view import Line, TradeView
from exchange.web.chips import TRADE_CHIPS
from exchange.web.numbers import percent_words
from exchange.web.units import Coin, Money, say_coins, say_fiat

# Kind of the row: words, and the state whose tone and icon it borrows.
KINDS: dict[str, tuple[str, str]] = {
    "requested": ("{who} took the offer: {coins} for {fiat}", "requested"),
    "signed": ("{who} signed the terms", "signing"),
    "agreed": ("{who} signed the terms; both sides have agreed", "signing"),
    "declined": ("{who} declined", "declined"),
    "cancelled": ("{who} cancelled", "cancelled"),
    "expired": ("Time ran out", "expired"),
    "funded": ("{coins} locked in escrow", "locked"),
    "paid": ("Buyer marked {fiat} as sent", "paid"),
    "disputed": ("In dispute", "disputed"),
    "released": ("Seller released the coins", "released"),
    "refunded": ("Coins went back to the seller", "refunded"),
    "resolved": ("Coins were split: {share} to the buyer", "resolved"),
    "split_offered": ("{who} signed a split: {share} to the buyer", "cancel_proposed"),
    "claimed": ("The arbiter took the case", "disputed"),
    "more_time": ("{who} gave more time to pay", "locked"),
    "payer_named": ("{who} named the paying account, sealed", "locked"),
    "recused": ("The arbiter gave the case back", "disputed"),
    "disclosed": ("{who} handed messages to the arbiter", "disputed"),
    "evidence_added": ("{who} added a file to the case", "disputed"),
    "evidence_asked": ("The arbiter asked for evidence", "disputed"),
    "ruled": ("The arbiter signed a ruling: {share} to the buyer", "ruled"),
    "credited": ("A payout could not be delivered and waits in the contract", "refunded"),
    "evidence": ("Evidence was recorded on chain", "disputed"),
    "frozen": ("Frozen: the chain was rewritten", "disputed"),
    "thawed": ("The chain agrees again", "locked"),
}
ACTS = {
    "mark_paid": "{who} signed: money sent",
    "release": "{who} signed the release",
    "cancel": "{who} signed the cancellation",
    "dispute": "{who} signed the dispute",
    "settle": "Both sides signed the same split",
    "rule": "The arbiter signed the ruling",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row: words, look, moment and the transaction behind it."""

    text: str
    tone: str
    icon: str
    at: datetime
    tx_hash: str
    block_number: int | None


def events_of(view: TradeView, *, coin: Coin, money: Money) -> list[Event]:
    """Return the timeline, oldest first."""
    words = {"coins": say_coins(view.amount, coin), "fiat": say_fiat(view.amount_fiat, money)}
    return [_event(line, view, words=words) for line in view.timeline]


def _event(line: Line, view: TradeView, *, words: Mapping[str, str]) -> Event:
    template, state = KINDS.get(line.kind, (line.kind.replace("_", " ").capitalize(), "requested"))
    if line.kind == "funded" and line.data.get("late"):
        template = "{coins} locked in escrow, after the trade had ended"
    if line.kind == "sent":
        template, state = ACTS.get(str(line.data.get("action")), "{who} signed"), "signing"
    chip = TRADE_CHIPS[state]
    text = template.format_map(
        {**words, "who": _who(line, view), "share": percent_words(int(line.data.get("buyer_bps", 0)))}
    )
    return Event(
        text=text,
        tone=chip.tone,
        icon=chip.icon,
        at=line.at,
        tx_hash=line.tx_hash,
        block_number=line.block_number,
    )


def _who(line: Line, view: TradeView) -> str:
    if line.side == view.role:
        return "You"
    return {"seller": view.seller.name, "buyer": view.buyer.name, "arbiter": "The arbiter"}.get(line.side, "The chain")
