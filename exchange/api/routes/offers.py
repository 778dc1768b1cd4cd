"""Offers: the book, one's own, and taking one."""

from decimal import Decimal
from typing import Any

import orjson
from django.http import HttpRequest
from ninja import Query, Router

from exchange.accounts.models import Account
from exchange.api import alike, cursors, edits
from exchange.api.answers import NOTHING, Answer, page
from exchange.api.auth import signed_in, viewer
from exchange.api.calls import call
from exchange.api.render import book as book_render
from exchange.api.render import offers as render
from exchange.api.render import trades as trade_render
from exchange.api.schemas import offers as schemas
from exchange.api.schemas.fields import CodePath, Cursor, Limit, Positive
from exchange.api.schemas.quotes import Quote
from exchange.api.schemas.trades import Trade
from exchange.core import clock, money
from exchange.core.errors import Conflict, Forbidden, Invalid, NotFound
from exchange.offers import actions, book, listing, queries
from exchange.offers.kept_pages import AGE, MadePage, page_of
from exchange.trades import actions as trades

router = Router()
READ, WRITE = "offers:read", "offers:write"


@call(router, "GET", "/offers", gives=schemas.Book, public=True, refuses=[NotFound])
def list_book(
    request: HttpRequest,
    wanted: Query[schemas.BookQuery],
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> Answer | dict[str, Any]:
    """Return the book, best effective price first. `side=buy` lists offers from which the caller can buy."""
    reader, asked = viewer(request), wanted.model_dump()
    if reader is not None:
        found = _read_book(asked, cursor=cursor, limit=limit, reader=reader)
        return page(book_render.rows(found.items, market_age=found.market.age_seconds), found.next)
    question = orjson.dumps({**asked, "cursor": cursor, "limit": limit}, default=str)
    alike.remember(request, question)
    pair = f"{wanted.asset}/{wanted.currency}".upper()
    given = page_of(question, lambda: _page_to_keep(asked, cursor=cursor, limit=limit), pair=pair)
    return Answer(body=orjson.Fragment(given.content))


def _page_to_keep(asked: dict[str, Any], *, cursor: str | None, limit: int) -> MadePage:
    found = _read_book(asked, cursor=cursor, limit=limit, reader=None)
    rows = book_render.rows(found.items, market_age=orjson.Fragment(AGE))
    return MadePage(content=orjson.dumps(page(rows, found.next)), market_age=found.market.age_seconds)


def _read_book(asked: dict[str, Any], *, cursor: str | None, limit: int, reader: Account | None) -> book.Page:
    return book.book(**asked, cursor=cursor, limit=limit, **render.reading_as(reader), now=clock.now())


@call(router, "GET", "/me/offers", gives=schemas.Offers, scope=READ)
def list_my_offers(request: HttpRequest, limit: Limit = 50, cursor: Cursor | None = None) -> dict[str, Any]:
    """Return one's own offers in every state, newest first."""
    account = signed_in(request)
    filters = {"account": account.pk}
    found = queries.offers_of(account, before=cursors.read(cursor, of="my offers", filters=filters), limit=limit + 1)
    following = cursors.write(found[limit - 1].pk, of="my offers", filters=filters) if len(found) > limit else None
    return page(render.offers(found[:limit], viewer=account, now=clock.now()), following)


@call(router, "POST", "/offers", gives=schemas.Offer, status=201, scope=WRITE, refuses=[Conflict])
def make_offer(request: HttpRequest, body: schemas.MakeOffer) -> dict[str, Any]:
    """Make an offer. It is published once its maker has signed `typed_data`: POST /offers/{id}/signature."""
    account, now = signed_in(request), clock.now()
    made = actions.create(by=account, draft=edits.draft_of(body), now=now)
    return render.offer(made, viewer=account, now=now)


@call(router, "POST", "/me/break", gives=schemas.BreakShown, scope=WRITE)
def take_break(request: HttpRequest, body: schemas.TakeBreak) -> dict[str, Any]:
    """Hide all one's offers for a while, or until one returns; running trades go on."""
    account, now = signed_in(request), clock.now()
    until = None if body.seconds is None else now + clock.seconds(body.seconds)
    return render.on_break(listing.take_break(by=account, until=until, now=now), until=until)


@call(router, "DELETE", "/me/break", gives=schemas.BreakShown, scope=WRITE)
def end_break(request: HttpRequest) -> dict[str, Any]:
    """Bring one's offers back into the book."""
    return render.off_break(listing.end_break(by=signed_in(request), now=clock.now()))


@call(router, "GET", "/offers/{code}", gives=schemas.Offer, public=True, refuses=[NotFound])
def read_offer(request: HttpRequest, code: CodePath, key: schemas.LinkKey | None = None) -> dict[str, Any]:
    """Return one offer with the typed data its maker signed; one that is shared by link needs the link's `key`."""
    account = viewer(request)
    return render.offer(queries.offer_by_code(code, viewer=account, key=key), viewer=account, now=clock.now())


@call(router, "PATCH", "/offers/{code}", gives=schemas.Offer, scope=WRITE, refuses=[NotFound, Conflict])
def edit_offer(request: HttpRequest, code: CodePath, body: schemas.EditOffer) -> dict[str, Any]:
    """Pause or resume an offer, or edit it: an edited offer is a draft until its maker signs it again."""
    account, now = signed_in(request), clock.now()
    offer = queries.offer_by_code(code, viewer=account)
    version = edits.expected_version(request, body.version)
    return render.offer(edits.carry_out(offer, body, by=account, version=version, now=now), viewer=account, now=now)


@call(router, "DELETE", "/offers/{code}", gives=None, status=204, scope=WRITE, refuses=[NotFound, Conflict])
def close_offer(request: HttpRequest, code: CodePath) -> Answer:
    """Close an offer for good; running trades go on. `If-Match` with its version refuses to close a changed one."""
    account = signed_in(request)
    offer = queries.offer_by_code(code, viewer=account)
    version = edits.expected_version(request, None, otherwise=offer.version)
    actions.close(offer, by=account, version=version, now=clock.now())
    return NOTHING


@call(router, "POST", "/offers/{code}/signature", gives=schemas.Offer, scope=WRITE, refuses=[NotFound, Conflict])
def sign_offer(request: HttpRequest, code: CodePath, body: schemas.SignOffer) -> dict[str, Any]:
    """Publish an offer with its maker's EIP-712 signature of `typed_data`."""
    account, now = signed_in(request), clock.now()
    offer = queries.offer_by_code(code, viewer=account)
    return render.offer(actions.sign(offer, by=account, signature=body.signature, now=now), viewer=account, now=now)


@call(router, "GET", "/offers/{code}/quote", gives=Quote, public=True, refuses=[NotFound, Conflict])
def quote_offer(
    request: HttpRequest,
    code: CodePath,
    amount_fiat: Positive | None = None,
    amount_asset: Positive | None = None,
    key: schemas.LinkKey | None = None,
) -> dict[str, Any]:
    """Return what taking this amount comes to now, all in, and a quote that holds its price for a minute."""
    if (amount_fiat is None) == (amount_asset is None):
        raise Invalid(fields={"/amount_fiat": "Give either amount_fiat or amount_asset."})
    offer = queries.offer_by_code(code, viewer=viewer(request), key=key)
    return render.quote(offer, amount_fiat=amount_fiat, amount_asset=amount_asset, now=clock.now())


@call(
    router,
    "POST",
    "/offers/{code}/take",
    gives=Trade,
    status=201,
    scope="trades:write",
    refuses=[NotFound, Conflict, Forbidden],
)
def take_offer(request: HttpRequest, code: CodePath, body: schemas.TakeOffer) -> dict[str, Any]:
    """Take an offer for an amount of fiat or coins. The trade's `terms` are what the taker signs next."""
    account, now = signed_in(request), clock.now()
    trade = trades.take(
        code,
        by=account,
        amount_fiat=body.amount_fiat,
        amount_units=_units(code, body.amount_asset, by=account, key=body.key),
        method=body.method,
        quote=body.quote,
        key=body.key,
        now=now,
    )
    return trade_render.trade(trade, account=account, now=now)


def _units(code: str, coins: Decimal | None, *, by: Account, key: str | None) -> int | None:
    if coins is None:
        return None
    offer = queries.offer_by_code(code, viewer=by, key=key)
    return money.to_units(coins, decimals=offer.asset.decimals, field="/amount_asset")
