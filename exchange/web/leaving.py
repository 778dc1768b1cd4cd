"""Leaving without this site: the page about it, and the files that go on working when the site does not."""

import json
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from exchange.accounts.models import Account
from exchange.core import clock, node_key
from exchange.trades import exit_kit, queries
from exchange.web.context import stand_at
from exchange.web.visitors import signed_in


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Explain how to finish a trade without the site, and offer the file for it."""
    return render(request, "exit/about.html", {"node_address": node_key.address()})


@require_safe
def blank(request: HttpRequest) -> HttpResponse:
    """Hand out the file without a trade in it: the reader's own kit is chosen in it."""
    return _file(exit_kit.exit_page(), name="parley-exit.html", kind="text/html; charset=utf-8")


@require_safe
@signed_in
def trade(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Show a party the plain steps out of one trade, and its two files."""
    kit = exit_kit.exit_kit(code, account=account, now=clock.now())
    stand_at(request, queries.domain_of(queries.trade_for(code, account=account)))
    calls = [
        {**call, "until_at": _moment(call["until"]), "after_at": _moment(call["after"])}
        for call in kit["calls"]
        if call["act"] != "withdraw"
    ]
    return render(request, "exit/trade.html", {"kit": kit, "calls": calls, "node_address": node_key.address()})


@require_safe
@signed_in
def kit_page(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Hand out the one file that finishes this trade, its kit inside."""
    kit = exit_kit.exit_kit(code, account=account, now=clock.now())
    page = exit_kit.exit_page(kit)
    return _file(page, name=f"parley-exit-{kit['trade']}.html", kind="text/html; charset=utf-8")


@require_safe
@signed_in
def kit_json(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Hand out the bare kit, for programs and for the blank file."""
    kit = exit_kit.exit_kit(code, account=account, now=clock.now())
    return _file(json.dumps(kit, indent=1), name=f"parley-exit-{kit['trade']}.json", kind="application/json")


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else clock.from_unix(seconds)


def _file(body: str, *, name: str, kind: str) -> HttpResponse:
    """Return a download: it is never shown inside the site, where it has no business."""
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
