"""What a final chain event writes into a trade: times, deadlines and the amounts that were paid out."""

from collections.abc import Mapping
from typing import Any

from escrow.events import RESOLUTIONS
from escrow.queries import FinalEvent
from exchange.core import clock
from exchange.core.errors import Conflict
from exchange.offers import actions as offers
from exchange.trades import decide
from exchange.trades.apply import Change
from exchange.trades.models import TimelineEntry, Trade
from exchange.trades.states import FINISHED, State

_TIMES = {"Funded": "funded_at", "Paid": "paid_at", "Disputed": "disputed_at"}


def change_of(trade: Trade, event: FinalEvent, *, target: State) -> Change:
    """Return the change that `event` makes to `trade`, whose next state is `target`."""
    columns, facts = _effects(trade, event)
    if event.name == "Funded" and State(trade.state) in FINISHED:
        columns |= _late_lock(trade)
        facts["late"] = True
    return Change(kind=str(target), state=target, columns=columns, facts=facts)


def belated(event: FinalEvent) -> Change:
    """Return the remark for an event that comes after its successors: its time is kept, no state moves."""
    columns: dict[str, Any] = {}
    if event.name in _TIMES:
        columns[_TIMES[event.name]] = event.block_time
    return Change(kind=str(decide.EVENTS[event.name]), columns=columns, facts={"belated": True})


def remark_of(event: FinalEvent) -> Change | None:
    """Return the timeline remark for an event that moves no state, None if it is of no interest to a trade."""
    args = event.args
    if event.name == "Credited":
        facts = {"account": args["account"], "token": args["token"], "amount": str(args["amount"])}
        return Change(kind="credited", facts=facts)
    if event.name == "Evidence":
        facts = {"party": args["party"], "content_hash": args["contentHash"], "uri": str(args["uri"])[:500]}
        return Change(kind="evidence", facts=facts)
    return None


def is_recorded(trade: Trade, event: FinalEvent, *, kind: str, facts: Mapping[str, Any] | None = None) -> bool:
    """Return whether the timeline tells of this event already; a block that came back has a new event id."""
    rows = TimelineEntry.objects.filter(trade=trade, kind=kind, actor="chain")
    if facts is not None:
        rows = rows.filter(tx_hash=event.tx_hash, data=dict(facts))
    return rows.exists()


def _effects(trade: Trade, event: FinalEvent) -> tuple[dict[str, Any], dict[str, Any]]:
    args = event.args
    match event.name:
        case "Funded":
            return {"funded_at": event.block_time, "deadline": trade.pay_by}, {}
        case "Paid":
            return {"paid_at": event.block_time, "deadline": clock.from_unix(int(args["confirmBy"]))}, {}
        case "Disputed":
            columns: dict[str, Any] = {
                "disputed_at": event.block_time,
                "deadline": clock.from_unix(int(args["ruleBy"])),
            }
            return columns, {"by": args["by"]}
        case "Released":
            return _payout(to_buyer=args["toBuyer"], to_seller=0, fee=args["fee"], outcome={})
        case "Refunded":
            columns, facts = _payout(
                to_buyer=0, to_seller=args["toSeller"], fee=0, outcome={"expired": bool(args["expired"])}
            )
            # The buyer let the time to pay pass, unless the lock came when the trade was already over.
            if args["expired"] and not trade.is_late_lock:
                columns["ended_by_id"] = trade.buyer_id
            return columns, facts
        case "Resolved":
            outcome = {
                "how": RESOLUTIONS[int(args["how"])],
                "buyer_bps": int(args["buyerBps"]),
                "reason_code": int(args["reasonCode"]),
            }
            return _payout(to_buyer=args["toBuyer"], to_seller=args["toSeller"], fee=args["fee"], outcome=outcome)
    raise ValueError(f"{event.name} moves no state")


def _payout(
    *, to_buyer: int, to_seller: int, fee: int, outcome: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    amounts = {"to_buyer": int(to_buyer), "to_seller": int(to_seller), "fee": int(fee)}
    facts = {name: str(amount) for name, amount in amounts.items()}
    return {**amounts, "outcome": outcome}, {**facts, **outcome}


def _late_lock(trade: Trade) -> dict[str, Any]:
    """Bring an ended trade back: its coins are locked, so it runs, and takes its quantity again if enough is left.

    The seller is no longer the one who let it die.
    """
    columns: dict[str, Any] = {"finished_at": None, "ended_by_id": None, "is_late_lock": True}
    try:
        offers.reserve(trade.offer_id, version=trade.offer_version, units=int(trade.amount), now=clock.now())
    except Conflict:  # the offer has moved on: the trade stands beside it
        return columns
    return {**columns, "holds_units": True}
