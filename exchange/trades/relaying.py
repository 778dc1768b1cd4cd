"""Acts while coins are locked: a party signs, the node's relayer pays the gas, a final event moves the trade.

Nothing here changes a trade's state. What is checked here is checked again by the contract, whoever sends it.
"""

from datetime import datetime

from django.db import transaction

from escrow import calls
from escrow import relay as relayer
from escrow.calls import Call
from escrow.relay import IntentView
from escrow.terms import ACTIONS, TypedData, action_typed_data
from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.errors import Conflict, Invalid, NotFound
from exchange.trades import decide, queries
from exchange.trades.apply import Change, apply
from exchange.trades.consents import check_signature
from exchange.trades.models import Trade
from exchange.trades.states import LOCKED

# A signature that stays good for longer is a standing order its signer may have forgotten, seconds.
LONGEST_VALIDITY = 7 * 24 * 3600


def relay(code: str, *, by: Account, action: str, signature: str, valid_until: int, now: datetime) -> IntentView:
    """Have the relayer carry out `action` (mark_paid, release, cancel, dispute) by a party's signature.

    The same act while one is on its way returns that one. Raises `NotFound`, `Forbidden` (the other side's act),
    `Conflict` (not now, or the contract would refuse it) or `Invalid` (signature, time).
    """
    trade = queries.trade_for(code, account=by)
    if action not in ACTIONS:
        raise NotFound("There is no such act.")
    known = queries.on_chain([trade])[trade.trade_id]
    snapshot, role = queries.snapshot_of(trade, known=known), queries.role_of(trade, account=by)
    allowed = action in decide.available_actions(snapshot, role, now)
    is_under_way = action in snapshot.pending and snapshot.state in LOCKED and role.side in decide.EVER[action]
    if not allowed and not is_under_way:
        raise decide.refusal(snapshot, role, action, now)
    check_time(valid_until, now=now)
    check_signature(typed_data_of(trade, action=action, valid_until=valid_until), signature=signature, by=by)
    if not allowed:
        return next(intent for intent in reversed(known.intents) if intent.purpose == action)
    call = calls.act_by_signature(
        action,
        queries.terms_of(trade),
        queries.domain_of(trade),
        signer=by.address,
        valid_until=valid_until,
        signature=signature,
    )
    return send(trade, call, action=action, by=by, now=now, attempt=known.attempts(action))


def send(trade: Trade, call: Call, *, action: str, by: Account, now: datetime, attempt: int) -> IntentView:
    """Hand `call` to the relayer and note it in the timeline, in one transaction. Raises `Conflict` if refused."""
    key = f"{trade.trade_id}:{action}:{by.address}:{attempt}"
    with transaction.atomic():
        # Trade first, then the relayer's own lock: the same order everywhere, so that two acts never wait crosswise.
        Trade.objects.select_for_update().get(pk=trade.pk)
        try:
            intent = relayer.request(call, purpose=action, trade_id=trade.trade_id, account=by.address, key=key)
        except relayer.RelayRefused as error:
            raise Conflict(error.message, code="relay_refused", extra={"reason": error.reason}) from error
        apply(trade, Change(kind="sent", facts={"action": action, "intent": intent.id}), by=by.address, now=now)
    return intent


def typed_data_of(trade: Trade, *, action: str, valid_until: int) -> TypedData:
    """Return what a party signs to have `action` relayed."""
    return action_typed_data(
        trade_id=trade.trade_id, action=action, valid_until=valid_until, domain=queries.domain_of(trade)
    )


def call_of(trade: Trade, *, action: str) -> Call:
    """Return the same act, or `fund`, as a transaction of the party's own wallet."""
    terms, domain = queries.terms_of(trade), queries.domain_of(trade)
    return calls.fund(terms, domain) if action == "fund" else calls.act(action, terms, domain)


def approval_of(trade: Trade) -> Call | None:
    """Return the token approval (exact amount) that comes before `fund`; None for the native coin."""
    return calls.approve(queries.terms_of(trade), queries.domain_of(trade))


def check_time(valid_until: int, *, now: datetime) -> None:
    """Raise `Invalid` for a time that has passed or is needlessly far away."""
    left = valid_until - clock.to_unix(now)
    if left <= 0:
        raise Invalid(fields={"/valid_until": "This time has passed. Sign again."})
    if left > LONGEST_VALIDITY:
        raise Invalid(fields={"/valid_until": f"At most {LONGEST_VALIDITY} seconds from now."})
