"""Public statistics: what the escrow holds, what is traded, and four charts that are tables first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from escrow.holdings import read_holdings
from exchange.catalog import queries as catalog
from exchange.catalog.models import Asset, Currency
from exchange.core import clock
from exchange.core.errors import NotFound
from exchange.offers import depth as book
from exchange.prices import history
from exchange.prices import queries as prices
from exchange.trades import figures
from exchange.web import pairs
from exchange.web.charts.depth import depth_chart
from exchange.web.charts.figure import Chart, as_csv
from exchange.web.charts.price import price_chart
from exchange.web.charts.ranges import RANGES, Range, range_named
from exchange.web.charts.sparkline import HEIGHT, WIDTH, sparkline
from exchange.web.charts.trading import release_chart, volume_chart

T = TypeVar("T")
# Sums over all trades and offers cost the same for every reader, and nobody needs them by the second.
_KEEP_SECONDS = 30
_KEEP_HOLDINGS = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """The pair and the range of a page."""

    asset: Asset
    currency: Currency
    range: Range


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the pair the reader looked at last."""
    pair = pairs.remembered(request)
    try:
        return stats(request, pair.asset, pair.currency)
    except NotFound:
        return stats(request, pairs.HOME.asset, pairs.HOME.currency)


@require_safe
def stats(request: HttpRequest, asset: str, currency: str) -> HttpResponse:
    """Show one pair's page."""
    now = clock.now()
    wanted = _wanted(request, asset, currency)
    asset_id = wanted.asset.pk
    context = {
        "wanted": wanted,
        "ranges": RANGES,
        "currencies": catalog.currencies(),
        "assets": catalog.assets(),
        "holdings": _kept("holdings", read_holdings, seconds=_KEEP_HOLDINGS),
        "native": next((one for one in catalog.assets() if not one.token), wanted.asset),
        "headline": _kept(f"headline:{asset_id}", lambda: figures.headline(asset_id, now=now), seconds=_KEEP_SECONDS),
        "open_offers": book.count_open(asset_id, wanted.currency.code),
        "charts": [(chart, sparkline(chart)) for chart in _charts(wanted, now=now)],
        "box": f"0 0 {WIDTH} {HEIGHT}",
    }
    return render(request, "stats/stats.html", context)


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Go to the page of the pair that was chosen in the form."""
    wanted = _wanted(request, request.GET.get("asset", ""), request.GET.get("currency", ""))
    path = reverse("stats-pair", args=[wanted.asset.symbol.lower(), wanted.currency.code.lower()])
    return redirect(f"{path}?range={wanted.range.key}")


@require_safe
def table(request: HttpRequest, asset: str, currency: str, key: str) -> HttpResponse:
    """Give one chart's table as CSV."""
    wanted = _wanted(request, asset, currency)
    chart = next((one for one in _charts(wanted, now=clock.now()) if one.key == key), None)
    if chart is None:
        raise NotFound("There is no such chart. There is: price, depth, volume, release.")
    name = f"{chart.key}-{wanted.asset.symbol}-{wanted.currency.code}-{wanted.range.key}.csv".lower()
    response = HttpResponse(as_csv(chart), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _wanted(request: HttpRequest, asset: str, currency: str) -> Wanted:
    chosen = range_named(request.GET.get("range", ""))
    if chosen is None:
        raise NotFound(f"There is no such range. There is: {', '.join(one.key for one in RANGES)}.")
    return Wanted(catalog.asset(asset.upper()), catalog.currency(currency.upper()), chosen)


def _charts(wanted: Wanted, *, now: datetime) -> list[Chart]:
    asset, currency, since = wanted.asset, wanted.currency, wanted.range.since(now)
    points = history.points(asset.symbol, currency.code, since=since, until=now)
    steps = _kept(
        f"steps:{asset.pk}:{currency.code}",
        lambda: figures.steps(asset.pk, currency.code, now=now),
        seconds=_KEEP_SECONDS,
    )
    shown = [step for step in steps if step.end > since]
    return [
        price_chart(points, steps, coin=asset, money=currency, chosen=wanted.range),
        depth_chart(_depth(asset, currency, now=now), coin=asset, money=currency),
        volume_chart(shown, coin=asset, money=currency),
        release_chart(shown, coin=asset),
    ]


def _depth(asset: Asset, currency: Currency, *, now: datetime) -> list[book.Level]:
    market = prices.market(asset.symbol, currency.code, now=now).price
    if market is None:
        return []
    return _kept(
        f"depth:{asset.pk}:{currency.code}",
        lambda: book.depth(asset.pk, currency.code, market=market),
        seconds=_KEEP_SECONDS,
    )


def _kept(key: str, make: Callable[[], T], *, seconds: int) -> T:
    """Return what `make` gives, remembered for some seconds; without Redis it is made each time."""
    try:
        found: T | None = cache.get(f"stats:{key}")
        if found is None:
            found = make()
            cache.set(f"stats:{key}", found, seconds)
    except RedisError:
        return make()
    return found
