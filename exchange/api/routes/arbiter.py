"""The arbiter's side: the queue, a claimed case, the ruling. Only the wallet that a trade's Terms name can rule."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from exchange.api.answers import page
from exchange.api.auth import signed_in
from exchange.api.calls import call
from exchange.api.render import disputes as render
from exchange.api.schemas import disputes as schemas
from exchange.api.schemas.fields import CodePath
from exchange.core import clock
from exchange.core.errors import Conflict, NotFound
from exchange.disputes import actions, queries

router = Router()
ARBITER = "arbiter"
Share = Annotated[int, Field(ge=0, le=10_000)]


@call(router, "GET", "/arbiter/cases", gives=schemas.Cases, scope=ARBITER)
def list_cases(request: HttpRequest, state: schemas.CaseState | None = None) -> dict[str, Any]:
    """Return the cases to claim and the claimed ones, the nearest deadline first; closed ones when asked for."""
    return page([render.queue_row(row) for row in queries.queue(signed_in(request), state=state)], None)


@call(router, "GET", "/arbiter/cases/{code}", gives=schemas.Case, scope=ARBITER, refuses=[NotFound])
def read_case(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Return a case one has claimed. The reading is put on record."""
    return render.case_file(queries.case_for(code, arbiter=signed_in(request), now=clock.now()))


@call(router, "POST", "/arbiter/cases/{code}/claim", gives=schemas.Case, scope=ARBITER, refuses=[NotFound, Conflict])
def claim_case(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Take a case on; exactly one of several arbiters gets it."""
    account, now = signed_in(request), clock.now()
    actions.claim(code, by=account, now=now)
    return render.case_file(queries.case_for(code, arbiter=account, now=now))


@call(router, "GET", "/arbiter/cases/{code}/ruling", gives=schemas.RulingForm, scope=ARBITER, refuses=[NotFound])
def read_ruling_form(
    request: HttpRequest, code: CodePath, buyer_bps: Share, reason_code: schemas.ReasonCode = 1
) -> dict[str, Any]:
    """Return what to sign or send for a ruling of `buyer_bps` basis points to the buyer."""
    _, trade = queries.claimed_case(code, arbiter=signed_in(request))
    return render.ruling_form(trade, buyer_bps=buyer_bps, reason_code=reason_code, now=clock.now())


@call(
    router,
    "POST",
    "/arbiter/cases/{code}/ruling",
    gives=schemas.Ruled,
    status=202,
    scope=ARBITER,
    refuses=[NotFound, Conflict],
)
def give_ruling(request: HttpRequest, code: CodePath, body: schemas.Rule) -> dict[str, Any]:
    """Decide a claimed case. With a signature the node relays it; without, the answer holds the call to send."""
    account, now = signed_in(request), clock.now()
    return render.decision(
        actions.rule(
            code,
            by=account,
            buyer_bps=body.buyer_bps,
            reason_code=body.reason_code,
            findings=body.findings,
            signature=body.signature,
            valid_until=body.valid_until or render.end_meant(code, body, by=account, now=now),
            now=now,
        )
    )
