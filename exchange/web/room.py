"""The trade room as its page draws it: one `TradeView` turned into words, chips, steps, doors and proof. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse

from exchange.core.money import BPS
from exchange.trades.payer import NAMED_RAILS
from exchange.trades.view import TradeView
from exchange.web import doors, proof, stepper, timeline, times, tips, tx
from exchange.web.dialogs import Dialog, dialogs_of
from exchange.web.doors import Door
from exchange.web.next_action import NextAction, Situation, compose
from exchange.web.numbers import percent_words, price_words
from exchange.web.proof import Proof
from exchange.web.stepper import Step
from exchange.web.timeline import Event
from exchange.web.tips import Tip
from exchange.web.tx import Progress
from exchange.web.units import Coin, Money, say_coins, say_fiat

ENDED = frozenset({"released", "refunded", "resolved", "expired", "cancelled", "declined"})
LOCKED = frozenset({"locked", "paid", "disputed", "ruled", "releasing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Everything the page needs beside the view itself."""

    view: TradeView
    face: str
    coin: Coin
    money: Money
    title: str
    tab_title: str
    steps: list[Step]
    position: tuple[int, int]
    next: NextAction
    progress: Progress
    proof: Proof
    doors: list[Door]
    tips: list[Tip]
    events: list[Event]
    dialogs: list[Dialog]
    facts: Mapping[str, str]
    contract: str
    price_words: str
    price_source: str
    plain_fiat: str
    fallback_words: str
    unread: int
    split_bps: int
    is_party: bool
    is_open: bool
    has_chat: bool
    has_calls: bool

    @property
    def needs_payer_name(self) -> bool:
        """Whether payments by this method carry a name the seller can compare."""
        return self.view.method_rail in NAMED_RAILS

    @property
    def has_code(self) -> bool:
        """Whether a standard QR code pays by this method: SEPA credit transfers in euro (EPC069-12)."""
        return self.view.currency == "EUR" and self.view.method.startswith("sepa")

    @property
    def split_percent(self) -> str:
        """The buyer's share that the split form begins with, as a field takes it."""
        return f"{(Decimal(self.split_bps) / 100).normalize():f}"

    @property
    def split_rest(self) -> str:
        """The seller's share of the same."""
        return f"{(Decimal(BPS - self.split_bps) / 100).normalize():f}"


def room_of(
    view: TradeView,
    *,
    now: datetime,
    contract: str = "",
    has_stated: bool = False,
    unread: int = 0,
    has_calls: bool = False,
) -> Room:
    """Return the room of a trade for the person `view` was made for.

    `contract` holds its coins, `unread` counts messages of the other side that this person has not read, `has_calls`
    says whether this site has a relay for calls.
    """
    coin, money = Coin(view.asset, view.decimals, view.is_stable), Money(view.currency, view.minor_units)
    facts = facts_of(view, coin=coin, money=money, now=now)
    was_locked = view.funded_at is not None
    state = face_of(view)
    steps = stepper.steps(state, symbol=view.asset, was_locked=was_locked)
    action = compose(situation_of(view, has_stated=has_stated), facts=facts, targets=targets_of(view))
    title = title_of(view, facts=facts)
    return Room(
        view=view,
        face=state,
        coin=coin,
        money=money,
        title=title,
        tab_title=f"(1) Your turn · {facts['fiat']}" if view.primary else title,
        steps=steps,
        position=stepper.position(steps),
        next=action,
        progress=tx.progress_of(view),
        proof=proof.proof_of(view),
        doors=doors.doors_of(view, facts=facts),
        tips=[]
        if view.is_frozen
        else tips.tips_for(state, side=view.role, reversibility=view.method_reversibility, facts=facts),
        events=timeline.events_of(view, coin=coin, money=money),
        dialogs=dialogs_of(view, facts=facts),
        facts=facts,
        contract=contract,
        price_words=price_words(view.price, market_then(view)),
        price_source=source_words(view, money=money),
        plain_fiat=f"{view.amount_fiat:.{view.minor_units}f}",
        fallback_words=f"Without a ruling {facts['fallback']} go to the buyer, as agreed at the start.",
        unread=unread,
        split_bps=view.split.theirs if view.split.theirs is not None else view.fallback_buyer_bps,
        is_party=view.role in {"buyer", "seller"},
        is_open=view.ui_state not in ENDED,
        has_chat=view.role in {"buyer", "seller"},
        has_calls=has_calls and view.role in {"buyer", "seller"} and view.ui_state not in ENDED,
    )


def market_then(view: TradeView) -> Decimal | None:
    """Return the market price the trade was fixed against, if one was kept."""
    kept = view.price_snapshot.get("market")
    return Decimal(str(kept)) if kept else None


def source_words(view: TradeView, *, money: Money) -> str:
    """Return what the market was and where that was read: `3,078.12 EUR, median of 3 sources`."""
    market, sources = market_then(view), view.price_snapshot.get("sources") or []
    if market is None:
        return ""
    counted = f", median of {len(sources)} sources" if len(sources) > 1 else ""
    return f"{say_fiat(market, money)}{counted}"


def title_of(view: TradeView, *, facts: Mapping[str, str]) -> str:
    """Return the page's heading: the deed, from the reader's side."""
    verb = {"buyer": "Buy", "seller": "Sell"}.get(view.role, "Trade of")
    return f"{verb} {facts['coins']} for {facts['fiat']}"


def situation_of(view: TradeView, *, has_stated: bool) -> Situation:
    """Return what chooses the words of the next-action card."""
    deadline, since = running_deadline(view)
    return Situation(
        ui_state=face_of(view),
        side=view.role,
        is_maker=view.is_maker,
        actions=(*view.actions, "give_time") if view.can_give_time else view.actions,
        is_frozen=view.is_frozen,
        is_late=view.is_late,
        is_late_lock=view.is_late_lock,
        has_stated=has_stated,
        deadline=deadline,
        since=since,
    )


def face_of(view: TradeView) -> str:
    """Return the state to show: a seller's signed split of nothing is a proposal to cancel, over the state it is in."""
    proposed = view.split.mine if view.role == "seller" else view.split.theirs if view.role == "buyer" else None
    return "cancel_proposed" if view.ui_state == "locked" and proposed == 0 and not view.is_late else view.ui_state


def running_deadline(view: TradeView) -> tuple[datetime | None, datetime | None]:
    """Return when the running state ends for the people in it, and since when it runs."""
    if view.ui_state == "locked":
        return view.pay_by, view.funded_at
    since = {
        "awaiting_escrow": view.agreed_at,
        "paid": view.paid_at,
        "disputed": view.disputed_at,
    }.get(view.ui_state, view.created_at)
    return view.deadline or view.chain.deadline, since


def facts_of(view: TradeView, *, coin: Coin, money: Money, now: datetime) -> dict[str, str]:
    """Return the words that fill the placeholders."""
    deadline, _ = running_deadline(view)
    received = view.to_buyer if view.to_buyer is not None else view.buyer_gets
    returned = view.to_seller or 0
    share = int(view.outcome.get("buyer_bps", BPS)) if view.outcome else BPS
    required = view.chain.required
    return {
        "coins": say_coins(view.amount, coin),
        "symbol": coin.symbol,
        "fiat": say_fiat(view.amount_fiat, money),
        "peer": view.peer.name,
        "method": view.method_name,
        "clock": times.clock_words(deadline, now=now) if deadline else "the deadline",
        "received": say_coins(received, coin),
        "returned": say_coins(returned, coin),
        "share": percent_words(BPS - share if view.role == "seller" else share),
        "confirming": f", {view.chain.confirmations} of {required} blocks" if required > 1 else "",
        "fallback": percent_words(view.fallback_buyer_bps),
    }


def targets_of(view: TradeView) -> dict[str, str]:
    """Return the addresses the card's buttons lead to."""
    pair = {"asset": view.asset.lower(), "currency": view.currency.lower()}
    side = "sell" if view.role == "seller" else "buy"
    return {
        "trade-decline": reverse("trade-decline", args=[view.code]),
        "trade-cancel": reverse("trade-cancel", args=[view.code]),
        "trade-more-time": reverse("trade-more-time", args=[view.code]),
        "dispute": reverse("dispute", args=[view.code]),
        "case": reverse("arbiter-case", args=[view.code]),
        "similar": reverse("market", kwargs={"side": side, **pair}),
        "peer": reverse("profile", args=[view.peer.address]),
    }
