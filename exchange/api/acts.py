"""From `POST /trades/{id}/actions/{action}` to the act it asks for."""

from datetime import datetime

from escrow.relay import IntentView
from escrow.terms import ACTIONS
from exchange.accounts.models import Account
from exchange.api.schemas.trades import Act
from exchange.core.errors import Invalid, NotFound
from exchange.trades import actions, queries
from exchange.trades.states import BEFORE_LOCK


def carry_out(code: str, action: str, body: Act, *, by: Account, now: datetime) -> IntentView | None:
    """Carry out a signed act and return its relay job; None where nothing goes to the chain.

    Leaving before the lock needs no signature. Raises `NotFound` for an act that cannot be relayed, `Invalid` naming
    what is missing, and whatever the act itself refuses with.
    """
    trade = queries.trade_for(code, account=by)
    if action == "settle":
        if body.signature is None or body.buyer_bps is None:
            raise _missing(signature=body.signature, buyer_bps=body.buyer_bps)
        return actions.settle(code, by=by, buyer_bps=body.buyer_bps, signature=body.signature, now=now).intent
    if action != "fund" and action not in ACTIONS:
        raise NotFound("There is no such act to relay.")
    if action == "cancel" and trade.state in BEFORE_LOCK:
        actions.cancel(code, by=by, now=now)
        return None
    if body.signature is None or body.valid_until is None:
        raise _missing(signature=body.signature, valid_until=body.valid_until)
    if action == "fund":
        return actions.relay_funding(code, by=by, signature=body.signature, valid_until=body.valid_until, now=now)
    return actions.relay(code, by=by, action=action, signature=body.signature, valid_until=body.valid_until, now=now)


def _missing(**values: object) -> Invalid:
    return Invalid(fields={f"/{name}": "This is required." for name, value in values.items() if value is None})
