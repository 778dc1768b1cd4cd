"""A party's side of a dispute. Opening it on chain is the act `dispute` of the trade; this is what is said about it."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from exchange.api.auth import signed_in
from exchange.api.calls import call
from exchange.api.render import disputes as render
from exchange.api.schemas import disputes as schemas
from exchange.api.schemas.fields import CodePath
from exchange.core import clock
from exchange.core.errors import Conflict, NotFound
from exchange.disputes import actions, queries

router = Router()


@call(router, "GET", "/trades/{code}/dispute", gives=schemas.Dispute, scope="trades:read", refuses=[NotFound])
def read_dispute(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Return the case of one's trade: statements of both sides and the ruling."""
    case = queries.case_of_trade(code, account=signed_in(request), now=clock.now())
    if case is None:
        raise NotFound("There is no case for this trade.")
    return render.dispute(case)


@call(
    router,
    "POST",
    "/trades/{code}/dispute",
    gives=schemas.Dispute,
    status=201,
    scope="trades:write",
    refuses=[NotFound, Conflict],
)
def make_statement(request: HttpRequest, code: CodePath, body: schemas.MakeStatement) -> dict[str, Any]:
    """Say what happened and what share the buyer should get; opens the case, or adds to it."""
    account, now = signed_in(request), clock.now()
    actions.open_case(code, by=account, reason=body.reason, wish_bps=body.wish_bps, statement=body.statement, now=now)
    case = queries.case_of_trade(code, account=account, now=now)
    assert case is not None  # it was opened in this transaction
    return render.dispute(case)
