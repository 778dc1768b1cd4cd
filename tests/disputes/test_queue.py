"""The arbiters' queue over the API: page by page, whole, in the order of its deadlines."""

import secrets
from datetime import timedelta
from typing import Any

import pytest

from exchange.core import clock
from exchange.core.ids import new_code
from exchange.disputes.models import Dispute
from exchange.trades.models import Trade
from tests import trade_builders as make
from tests.api.client import Api
from tests.builders import carol

pytestmark = pytest.mark.django_db


def another(deal: make.Deal, **changes: Any) -> str:
    """Store a second case like that of `deal`, of a trade of its own, and return its code."""
    trade, case = Trade.objects.get(pk=deal.trade.pk), Dispute.objects.get(trade=deal.trade)
    trade.pk, trade._state.adding, trade.code, trade.trade_id = None, True, new_code(), "0x" + secrets.token_hex(32)
    trade.save()
    case.pk, case._state.adding, case.trade = None, True, trade
    for name, value in changes.items():
        setattr(case, name, value)
    case.save()
    return trade.code


def test_the_queue_comes_page_by_page_in_the_order_of_its_deadlines_and_no_case_twice() -> None:
    deal = make.claimed()
    due = clock.now() + timedelta(days=1)
    Dispute.objects.update(rule_by=due)
    late, none, early, same = (
        another(deal, rule_by=when) for when in (due + timedelta(hours=1), None, due - timedelta(hours=1), due)
    )
    closed = [another(deal, closed_at=due - timedelta(hours=age)) for age in range(3)]
    api = Api(carol().account)
    pages, path = [], "/arbiter/cases?limit=2"
    while path:
        told = api.get(path)
        pages.append([row["id"] for row in told["items"]])
        path = f"/arbiter/cases?limit=2&cursor={told['next']}" if told["next"] else ""
    assert pages == [[early, deal.code], [same, late], [none]]
    first = api.get("/arbiter/cases?state=closed&limit=2")
    rest = api.get(f"/arbiter/cases?state=closed&limit=2&cursor={first['next']}")
    assert [row["id"] for row in (*first["items"], *rest["items"])] == closed
    assert rest["next"] is None
    assert api("GET", f"/arbiter/cases?state=open&cursor={first['next']}").json()["code"] == "bad_cursor"
