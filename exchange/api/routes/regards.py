"""Whom one blocks, trusts and reports. The others do not learn of it."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router

from exchange.accounts import queries, regards
from exchange.api import cursors
from exchange.api.answers import NOTHING, Answer, page
from exchange.api.auth import signed_in
from exchange.api.calls import call
from exchange.api.render import accounts as render
from exchange.api.schemas import accounts as schemas
from exchange.api.schemas.fields import CodePath, Cursor, Limit
from exchange.core import clock
from exchange.core.errors import Conflict, NotFound
from exchange.moderation import reports

router = Router()


@call(router, "GET", "/me/people", gives=schemas.Regards, scope="trades:read")
def list_people(
    request: HttpRequest, kind: Literal["block", "trust"] | None = None, limit: Limit = 50, cursor: Cursor | None = None
) -> dict[str, Any]:
    """Return whom one blocks and trusts, or one of the two lists, newest first."""
    account = signed_in(request)
    filters = {"kind": kind, "account": account.pk}
    before = cursors.read(cursor, of="people", filters=filters)
    rows = regards.regards_of(account, kind=kind, before=before, limit=limit + 1)
    following = cursors.write(rows[limit - 1].pk, of="people", filters=filters) if len(rows) > limit else None
    return page([render.regard(one) for one in rows[:limit]], following)


@call(router, "PUT", "/me/people/{address}", gives=schemas.Regard, scope="trades:write", refuses=[NotFound, Conflict])
def regard_person(request: HttpRequest, address: CodePath, body: schemas.SetRegard) -> dict[str, Any]:
    """Block or trust a trader. Where one blocks the other, neither takes the other's offers; running trades go on."""
    other = queries.account_named(address)
    return render.regard(regards.regard(other, by=signed_in(request), kind=body.kind, note=body.note, now=clock.now()))


@call(router, "DELETE", "/me/people/{address}", gives=None, status=204, scope="trades:write", refuses=[NotFound])
def forget_person(request: HttpRequest, address: CodePath) -> Answer:
    """Take a trader off one's lists."""
    regards.forget(queries.account_named(address), by=signed_in(request))
    return NOTHING


@call(
    router,
    "POST",
    "/accounts/{address}/reports",
    gives=schemas.Report,
    status=201,
    scope="trades:write",
    refuses=[NotFound, Conflict],
)
def report_person(request: HttpRequest, address: CodePath, body: schemas.MakeReport) -> dict[str, Any]:
    """Tell staff about a trader, who does not learn of it. One open report for each."""
    other = queries.account_named(address)
    made = reports.report(other, by=signed_in(request), reason=body.reason, text=body.text, now=clock.now())
    return render.report(made)
