"""Taking and letting go cannot hide an offer; first trades stay small; a formula's price is kept with its sources."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import LazySettings

from exchange.core import clock
from exchange.core.errors import Conflict, Forbidden, NotFound
from exchange.offers.drafts import PriceDraft
from exchange.offers.models import Offer
from exchange.trades import actions, queries
from exchange.trades.consents import cancel
from exchange.trades.models import Trade
from exchange.trades.quoting import quote_all_in
from exchange.trades.states import State
from tests.builders import ben, mallory, market_price, offer

pytestmark = pytest.mark.django_db


def take(made: Offer, *, now: datetime | None = None, **changes: Any) -> Trade:
    facts: dict[str, Any] = {"by": ben().account, "amount_fiat": Decimal("250.00"), "method": "sepa-instant"}
    return actions.take(made.code, now=now or clock.now(), **{**facts, **changes})


def test_who_lets_one_offer_go_thrice_in_a_day_cannot_take_it_again_that_day(settings: LazySettings) -> None:
    settings.MAX_OPEN_TAKES = 50
    made, other, now = offer(), offer(), clock.now()
    for _ in range(3):
        cancel(take(made).code, by=ben().account, now=now)
    with pytest.raises(Conflict) as refused:
        take(made)
    assert refused.value.code == "cooling_down"
    assert refused.value.extra == {"given_up": 3, "retry_after": 86_400}
    made.refresh_from_db()
    assert made.remaining_units == made.total_units
    assert take(other).state == State.REQUESTED
    assert take(made, by=mallory().account).taker == mallory().account
    Trade.objects.filter(offer=made, finished_at__isnull=False).update(finished_at=now - timedelta(days=1, seconds=1))
    assert take(made).taker == ben().account


def test_a_first_trade_stays_below_the_makers_limit_and_later_ones_need_not() -> None:
    made = offer(first_trade_max="200.00")
    with pytest.raises(Forbidden) as refused:
        take(made)
    assert refused.value.code == "first_trade_limit"
    first = take(made, amount_fiat=Decimal("200.00"))
    assert first.amount_fiat == Decimal("200.00")
    assert queries.record_of(ben().account) == queries.Record()


def test_an_offer_by_link_is_taken_with_its_key_only() -> None:
    made = offer(visibility="link")
    for key in (None, "", "guess"):
        with pytest.raises(NotFound):
            take(made, key=key)
    assert take(made, key=made.link_key).offer_id == made.pk


def test_the_snapshot_of_a_formula_price_names_every_source_with_its_age() -> None:
    market_price("3000")
    made = offer(price=PriceDraft(type="formula", text="median(market(ETH/EUR), test-1(ETH/EUR)) * 1.01"))
    trade = take(made)
    assert trade.price == Decimal(3030)
    assert trade.price_snapshot["formula"] == made.formula
    assert [one["name"] for one in trade.price_snapshot["formula_sources"]] == ["market(ETH/EUR)", "test-1(ETH/EUR)"]
    assert all(one["age"] >= 0 for one in trade.price_snapshot["formula_sources"])


def test_a_quote_says_everything_before_anything_is_promised() -> None:
    market_price("3000")
    made, now = offer(approve_by_hand=True), clock.now()
    whole = quote_all_in(made, now=now, amount_fiat=Decimal("250.00"))
    assert whole.units == 83_333_333_333_333_333
    assert whole.buyer_gets + whole.fee == whole.units
    assert (whole.buys, whole.lock_gas) == (True, 60_000)
    assert whole.accept_by is not None
    assert now < whole.accept_by < whole.lock_by < whole.pay_by
    trade = take(made, now=now)
    assert (trade.amount, trade.amount_fiat, trade.price) == (whole.units, whole.fiat, whole.price)
    assert abs(trade.lock_by - whole.lock_by) < timedelta(seconds=1)
