"""Trades: the list, one trade, consent, acts to relay and transactions told."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from exchange.api import acts, cursors
from exchange.api.answers import page
from exchange.api.auth import signed_in
from exchange.api.calls import call
from exchange.api.render import trades as render
from exchange.api.schemas import trades as schemas
from exchange.api.schemas.fields import CodePath, Cursor, Limit
from exchange.core import clock
from exchange.core.errors import Conflict, NotFound
from exchange.trades import actions, listing, queries
from exchange.trades.reading import open_trade

router = Router()
READ, WRITE = "trades:read", "trades:write"
ShareQuery = Annotated[int | None, Field(ge=0, le=10_000)]


@call(router, "GET", "/trades", gives=schemas.Trades, scope=READ)
def list_trades(
    request: HttpRequest,
    group: schemas.Group | None = None,
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> dict[str, Any]:
    """Return one's own trades: all, or those of one group; open ones first, then ended ones, newest first."""
    account = signed_in(request)
    filters = {"group": group, "account": account.pk}
    place = cursors.read(cursor, of="trades", filters=filters)
    found = listing.trades_of(
        account, now=clock.now(), group=group, cursor=None if place is None else str(place), limit=limit
    )
    following = cursors.write(int(found.next), of="trades", filters=filters) if found.next else None
    return page([render.trade_row(view) for view in found.items], following)


@call(router, "GET", "/trades/{code}", gives=schemas.Trade, scope=READ, refuses=[NotFound])
def read_trade(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Return a trade as the caller sees it: its party, or, on record, the arbiter who claimed its case."""
    account = signed_in(request)
    row = open_trade(code, account=account, act="trade.read")
    return render.trade(row, account=account, now=clock.now())


@call(
    router,
    "POST",
    "/trades/{code}/terms-signature",
    gives=schemas.Trade,
    scope=WRITE,
    refuses=[NotFound, Conflict],
)
def sign_terms(request: HttpRequest, code: CodePath, body: schemas.SignTerms) -> dict[str, Any]:
    """Give one's consent: the EIP-712 signature of `terms`. The last one needed makes the trade `agreed`."""
    account, now = signed_in(request), clock.now()
    return render.trade(
        actions.sign_terms(code, by=account, signature=body.signature, now=now), account=account, now=now
    )


@call(router, "POST", "/trades/{code}/decline", gives=schemas.Trade, scope=WRITE, refuses=[NotFound, Conflict])
def decline_trade(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Turn a take down, as the maker of an offer that is approved by hand."""
    account, now = signed_in(request), clock.now()
    return render.trade(actions.decline(code, by=account, now=now), account=account, now=now)


@call(router, "GET", "/trades/{code}/actions/{action}", gives=schemas.HowTo, scope=READ, refuses=[NotFound, Conflict])
def how_to_act(request: HttpRequest, code: CodePath, action: CodePath, buyer_bps: ShareQuery = None) -> dict[str, Any]:
    """Return what to sign or send for `action`; refused when it is not possible now, before a wallet opens."""
    account = signed_in(request)
    row = queries.trade_for(code, account=account)
    return render.how_to(row, action, account=account, buyer_bps=buyer_bps, now=clock.now())


@call(
    router,
    "POST",
    "/trades/{code}/actions/{action}",
    gives=schemas.Acted,
    status=202,
    scope=WRITE,
    refuses=[NotFound, Conflict],
)
def act(request: HttpRequest, code: CodePath, action: CodePath, body: schemas.Act) -> dict[str, Any]:
    """Relay a signed action; the node pays the gas. Before the lock, `cancel` needs no signature."""
    account = signed_in(request)
    job = acts.carry_out(code, action, body, by=account, now=clock.now())
    return {"intent": render.intent(job), "state": queries.trade_for(code, account=account).state}


@call(router, "POST", "/trades/{code}/transactions", gives=schemas.Told, status=202, scope=WRITE, refuses=[NotFound])
def tell_transaction(request: HttpRequest, code: CodePath, body: schemas.TellTransaction) -> dict[str, Any]:
    """Tell the node of a transaction sent by one's own wallet. It moves no state; the chain does."""
    told = actions.tell_transaction(code, by=signed_in(request), hash=body.hash, now=clock.now())
    return {"hash": told.hash}
