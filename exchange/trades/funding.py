"""Locking tokens without a transaction of the seller's: it signs an ERC-3009 authorization, the node pays the gas.

The authorization has the trade id as its nonce and only the escrow can use it, so whoever sends it changes nothing.
"""

from datetime import datetime

from escrow import calls
from escrow.funding import authorization_typed_data
from escrow.relay import IntentView
from escrow.terms import ZERO, TypedData
from escrow.token_signing import signed_transfers
from exchange.accounts.models import Account
from exchange.core.errors import Conflict
from exchange.trades import decide, queries, relaying
from exchange.trades.consents import check_signature
from exchange.trades.models import Trade


def authorization_of(trade: Trade, *, valid_before: int) -> TypedData | None:
    """Return what the seller signs to have the coins locked for it; None if the token knows no such thing."""
    terms, domain = queries.terms_of(trade), queries.domain_of(trade)
    if terms.token == ZERO:
        return None
    token = signed_transfers(terms.token, chain_id=domain.chain_id)
    if token is None or not token.authorizations:
        return None
    return authorization_typed_data(terms, domain, token=token.domain, valid_before=valid_before)


def relay_funding(code: str, *, by: Account, signature: str, valid_until: int, now: datetime) -> IntentView:
    """Have the relayer lock the seller's tokens by its authorization; asking again under way gives the same job.

    Raises `NotFound`, `Forbidden` (the buyer's attempt), `Conflict` (not now, not this token, or the contract would
    refuse it) or `Invalid` (signature, time).
    """
    trade = queries.trade_for(code, account=by)
    known = queries.on_chain([trade])[trade.trade_id]
    snapshot, role = queries.snapshot_of(trade, known=known), queries.role_of(trade, account=by)
    is_under_way = "fund" in snapshot.pending and role.side in decide.EVER["fund"]
    if "fund" not in decide.available_actions(snapshot, role, now) and not is_under_way:
        raise decide.refusal(snapshot, role, "fund", now)
    typed_data = authorization_of(trade, valid_before=valid_until)
    if typed_data is None:
        raise _not_signable()
    relaying.check_time(valid_until, now=now)
    check_signature(typed_data, signature=signature, by=by)
    if is_under_way:
        return next(intent for intent in reversed(known.intents) if intent.purpose == "fund")
    try:
        call = calls.fund_by_authorization(
            queries.terms_of(trade), queries.domain_of(trade), valid_before=valid_until, signature=signature
        )
    except ValueError as error:  # a contract wallet's signature, which tokens do not take
        raise _not_signable() from error
    return relaying.send(trade, call, action="fund", by=by, now=now, attempt=known.attempts("fund"))


def _not_signable() -> Conflict:
    return Conflict(
        "These coins cannot be locked by this signature; nothing was sent. Lock them by your wallet's own transaction.",
        code="not_signable",
    )
