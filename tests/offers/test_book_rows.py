"""Rows are remembered between pages: whatever a row shows has changed at once where it changed."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.offers.book_rows import BookRow, Reader, read_rows
from exchange.offers.models import Offer
from exchange.prices import queries as prices
from exchange.reputation.models import Standing
from tests.builders import asset, ben, currency, market_price, method
from tests.offers.shelves import floating, plain

pytestmark = pytest.mark.django_db


def row(offer: Offer, amount: str | None = "250.00", viewer: int | None = None) -> BookRow:
    """Read one row anew."""
    now = clock.now()
    reader = Reader(
        asset=asset(),
        currency=currency(),
        market=prices.market("ETH", "EUR", now=now),
        now=now,
        amount=None if amount is None else Decimal(amount),
        viewer=viewer,
        finished_trades=0,
    )
    return read_rows([offer.pk], reader)[0]


def of_offer(**changes: object) -> Callable[[Offer], object]:
    return lambda offer: Offer.objects.filter(pk=offer.pk).update(**changes)


def of_maker(**changes: object) -> Callable[[Offer], object]:
    return lambda offer: Account.objects.filter(pk=offer.maker_id).update(**changes)


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (of_offer(min_fiat=Decimal("77.00")), lambda row: row.min_fiat == 77),
        (of_offer(max_fiat=Decimal("277.00")), lambda row: row.max_fiat == 277),
        (of_offer(remaining_units=10**17), lambda row: row.max_fiat == Decimal("300.00")),
        (of_offer(state="paused"), lambda row: row.reason_code == "offer_paused"),
        (of_offer(hidden="break"), lambda row: row.reason_code == "maker_away"),
        (of_offer(min_finished_trades=1), lambda row: row.reason_code == "too_few_trades"),
        (of_offer(first_trade_max=Decimal("100.00")), lambda row: row.reason_code == "first_trade_limit"),
        (of_offer(version=9), lambda row: row.version == 9),
        (of_offer(margin_bps=1000), lambda row: row.price == 3300),
        (of_offer(method_keys=[]), lambda row: row.methods == ()),
        (of_maker(name="Sara S."), lambda row: row.maker.label == "Sara S."),
        (of_maker(is_active=False), lambda row: row.reason_code == "offer_paused"),
        (
            lambda offer: Standing.objects.create(account=offer.maker, finished=7, updated_at=clock.now()),
            lambda row: row.maker.finished == 7,
        ),
        (lambda _: market_price("2000"), lambda row: (row.price, row.units) == (2000, 125 * 10**15)),
        (lambda _: market_price("2000", age=999), lambda row: row.reason_code == "price_paused"),
    ],
)
def test_a_change_shows_in_a_row_that_was_read_before(
    change: Callable[[Offer], object], shown: Callable[[BookRow], bool]
) -> None:
    market_price("3000")
    offer = floating(0)
    before = row(offer)
    assert row(offer) == before
    assert not shown(before)
    change(offer)
    assert shown(row(offer))


def test_a_row_is_reckoned_for_who_asks_and_what_they_ask() -> None:
    offer = plain(price="2500.00")
    assert row(offer).units == 10**17
    assert row(offer, amount="500.00").units == 2 * 10**17
    assert row(offer, amount=None).units is None
    assert row(offer, viewer=offer.maker_id).reason_code == "own_offer"
    assert row(offer, viewer=ben().account.pk).takeable


def test_a_method_that_staff_switched_off_is_gone_once_the_catalogue_is_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    offer = plain()
    assert [one.slug for one in row(offer).methods] == ["sepa-instant"]
    switched = method()
    switched.is_active = False
    switched.save()
    monkeypatch.setattr("exchange.offers.book_methods._KEPT_NANOSECONDS", 0)
    assert row(offer).methods == ()
