"""Tables to take away."""

from datetime import UTC, datetime
from typing import Annotated

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Router
from pydantic import Field, StringConstraints

from exchange.api.auth import signed_in
from exchange.api.calls import call
from exchange.core.errors import Invalid
from exchange.trades import export

router = Router()
Day = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), Field(description="A day, UTC: 2026-11-25.")
]


@call(router, "GET", "/exports/trades", gives=None, scope="trades:read", media="text/csv")
def export_trades(request: HttpRequest, since: Day | None = None, until: Day | None = None) -> StreamingHttpResponse:
    """Return one's trades as CSV, oldest first, with price, market, sources and ages.

    `since` and `until` bound when they began: from the first day on, before the second.
    """
    rows = export.csv_of(signed_in(request), since=_day(since, "/since"), until=_day(until, "/until"))
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="trades.csv"'
    return response


def _day(text: str | None, field: str) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise Invalid(fields={field: "There is no such day."}) from error
