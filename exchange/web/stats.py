"""What the escrow holds, by the chain, as plain tables."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from escrow import queries as chain
from exchange.catalog import queries as catalog
from exchange.catalog.models import Asset


@dataclass(frozen=True, slots=True)
class Holding:
    """What is locked in open trades and what waits for withdrawal, base units of one coin."""

    asset: Asset
    escrowed: int
    credited: int


@require_safe
def stats(request: HttpRequest) -> HttpResponse:
    """Show the sums and how fresh they are."""
    totals = chain.totals()
    by_token = {key.lower(): value for key, value in totals.escrowed.items()}
    waiting = {key.lower(): value for key, value in totals.credited.items()}
    holdings = [Holding(asset, _of(by_token, asset), _of(waiting, asset)) for asset in catalog.assets()]
    context = {"holdings": holdings, "open_trades": totals.open_trades, "health": chain.chain_health()}
    return render(request, "stats/stats.html", context)


def _of(sums: dict[str, int], asset: Asset) -> int:
    return sums.get((asset.token or ZERO).lower(), 0)


ZERO = "0x" + "0" * 40
