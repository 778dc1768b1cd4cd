"""Before coins are locked: both sides' signatures of the Terms, and the ways out that cost nothing."""

from datetime import datetime
from typing import Any

from django.db import transaction

from escrow import signatures
from escrow.terms import TypedData, digest, terms_typed_data
from exchange.accounts.models import Account
from exchange.core.errors import Invalid
from exchange.offers import actions as offers
from exchange.trades import decide, queries
from exchange.trades.apply import SYSTEM, Change, apply
from exchange.trades.models import Trade
from exchange.trades.states import BEFORE_LOCK, State

# What the columns hold: a 65-byte signature has 132 characters, a contract wallet with several owners needs more.
LONGEST_SIGNATURE = 2048


def sign_terms(code: str, *, by: Account, signature: str, now: datetime) -> Trade:
    """Store a party's signature of the Terms; the last one needed makes the trade `agreed`.

    The taker signs always, the maker only where the offer is approved by hand. Signing again changes nothing.
    Raises `NotFound`, `Conflict`, or `Invalid` for a signature by anyone else or over anything else.
    """
    trade = queries.trade_for(code, account=by)
    typed_data = terms_typed_data(queries.terms_of(trade), queries.domain_of(trade))
    check_signature(typed_data, signature=signature, by=by)
    column = "maker_signature" if by.pk == trade.maker_id else "taker_signature"
    if getattr(trade, column):
        return trade
    snapshot, role = queries.snapshot_of(trade), queries.role_of(trade, account=by)
    if "sign_terms" not in decide.available_actions(snapshot, role, now):
        raise decide.refusal(snapshot, role, "sign_terms", now)
    taker_signed = snapshot.taker_signed or not role.is_maker
    maker_signed = snapshot.maker_signed or role.is_maker or not snapshot.needs_maker_signature
    columns: dict[str, Any] = {column: signature}
    if not (taker_signed and maker_signed):
        return apply(trade, Change(kind="signed", columns=columns), by=by.address, now=now)
    columns |= {"agreed_at": now, "deadline": trade.lock_by}
    state = decide.transition(State(trade.state), "agree")
    return apply(trade, Change(kind="agreed", state=state, columns=columns), by=by.address, now=now)


def decline(code: str, *, by: Account, now: datetime) -> Trade:
    """The maker of an offer approved by hand turns a take down; the quantity goes back to the offer."""
    trade = queries.trade_for(code, account=by)
    return _end(trade, "decline", kind="declined", by=by, now=now)


def cancel(code: str, *, by: Account, now: datetime) -> Trade:
    """A party leaves before anything is locked; the quantity goes back to the offer.

    Once coins are locked, cancelling is the buyer's signed act on chain (`relaying.relay`).
    """
    trade = queries.trade_for(code, account=by)
    return _end(trade, "cancel", kind="cancelled", by=by, now=now)


def expire(trade: Trade, *, now: datetime) -> Trade:
    """Close a trade whose time ran out before the lock; who was waited for is kept as the one who ended it."""
    missing = trade.seller_id
    if trade.state == State.REQUESTED:
        missing = trade.maker_id if trade.taker_signature else trade.taker_id
    change = Change(
        kind="expired",
        state=decide.transition(State(trade.state), "expire"),
        columns={"ended_by_id": missing, "holds_units": False},
    )
    with transaction.atomic():
        apply(trade, change, by=SYSTEM, now=now)
        offers.give_back(trade.offer_id, units=int(trade.amount))
    return trade


def check_signature(typed_data: TypedData, *, signature: str, by: Account) -> None:
    """Raise `Invalid` unless `by`'s wallet made `signature` over `typed_data`."""
    words = f"This is not {by.short}'s signature of what was to be signed."
    if len(signature) > LONGEST_SIGNATURE:
        raise Invalid(words, fields={"/signature": words})
    try:
        chain_id = int(typed_data["domain"]["chainId"])
        signatures.check(digest(typed_data), signature, signer=by.address, chain_id=chain_id)
    except signatures.BadSignature as error:
        raise Invalid(words, fields={"/signature": words}) from error


def _end(trade: Trade, command: str, *, kind: str, by: Account, now: datetime) -> Trade:
    snapshot, role = queries.snapshot_of(trade), queries.role_of(trade, account=by)
    possible = decide.available_actions(snapshot, role, now)
    if State(trade.state) not in BEFORE_LOCK or command not in possible:
        raise decide.refusal(snapshot, role, command, now)
    change = Change(
        kind=kind,
        state=decide.transition(State(trade.state), command),
        columns={"ended_by_id": by.pk, "holds_units": False},
    )
    with transaction.atomic():
        apply(trade, change, by=by.address, now=now)
        offers.give_back(trade.offer_id, units=int(trade.amount))
    return trade
