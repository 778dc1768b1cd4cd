"""What a maker writes: everything wrong is named by its field, all at once."""

from typing import Any

import pytest
from django.conf import LazySettings

from exchange.core import clock
from exchange.core.errors import Invalid
from exchange.offers.drafts import PriceDraft, draft_of
from exchange.offers.validate import OfferValues, check_draft
from exchange.prices import queries as prices
from tests.builders import draft, fixed, margin, market_price, unsigned_offer

pytestmark = pytest.mark.django_db


def check(**changes: Any) -> OfferValues:
    return check_draft(
        draft(**changes),
        read_market=lambda asset, currency: prices.market(asset, currency, now=clock.now()),
        now=clock.now(),
    )


def faults(**changes: Any) -> set[str]:
    with pytest.raises(Invalid) as refused:
        check(**changes)
    return set(refused.value.fields)


def test_a_sound_draft_becomes_values() -> None:
    values = check()
    assert values.total_units == 2 * 10**18
    assert [method.slug for method in values.methods] == ["sepa-instant"]
    assert values.rule.fixed == 3000


def test_the_payment_window_follows_the_slowest_method() -> None:
    assert check(payment_window=None).payment_window == 1800
    assert check(payment_window=None, methods=("sepa-instant", "sepa")).payment_window == 172_800


def test_everything_wrong_is_said_at_once() -> None:
    assert faults(
        min_fiat="-1",
        max_fiat="1e9",
        total_asset="NaN",
        methods=("sepa-instant", "zelle", "pigeon", "sepa-instant"),
        payment_window=5,
        confirm_window=59,
        arbitration_window=91 * 86_400,
        fallback_buyer_bps=10_001,
        min_finished_trades=-1,
        terms_text="hello\x07",
        price=PriceDraft(type="margin", bps=10_001, floor="0", ceiling="x"),
    ) == {
        "/min_fiat",
        "/max_fiat",
        "/total_asset",
        "/methods/1",
        "/methods/2",
        "/methods/3",
        "/payment_window",
        "/confirm_window",
        "/arbitration_window",
        "/fallback_buyer_bps",
        "/min_finished_trades",
        "/terms_text",
        "/price/bps",
        "/price/floor",
        "/price/ceiling",
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"side": "hold"}, "/side"),
        ({"asset": "BTC"}, "/asset"),
        ({"currency": "XYZ"}, "/currency"),
        ({"min_fiat": "100.001"}, "/min_fiat"),
        ({"min_fiat": "0"}, "/min_fiat"),
        ({"min_fiat": "1,50"}, "/min_fiat"),
        ({"min_fiat": "4000.00"}, "/max_fiat"),
        ({"max_fiat": "9" * 40}, "/max_fiat"),
        ({"total_asset": "0.0000000000000000001"}, "/total_asset"),
        ({"total_asset": "9" * 60}, "/total_asset"),
        ({"total_asset": "0.01"}, "/total_asset"),
        ({"methods": ()}, "/methods"),
        ({"methods": tuple("abcdefghijk")}, "/methods"),
        ({"terms_text": "x" * 2001}, "/terms_text"),
        ({"terms_text": "pay to \u202eevil"}, "/terms_text"),
        ({"payment_window": True}, "/payment_window"),
        ({"payment_window": 7 * 86_400 + 1}, "/payment_window"),
        ({"confirm_window": 30 * 86_400 + 1}, "/confirm_window"),
        ({"arbitration_window": 86_399}, "/arbitration_window"),
        ({"price": PriceDraft(type="fixed")}, "/price/value"),
        ({"price": PriceDraft(type="fixed", value="1" * 17)}, "/price/value"),
        ({"price": PriceDraft(type="fixed", value="0.0000001")}, "/price/value"),
        ({"price": PriceDraft(type="fixed", value="3000", bps=5)}, "/price/bps"),
        ({"price": PriceDraft(type="margin", bps=5, value="3000")}, "/price/value"),
        ({"price": PriceDraft(type="margin")}, "/price/bps"),
        ({"price": PriceDraft(type="margin", bps=-5001)}, "/price/bps"),
        ({"price": PriceDraft(type="margin", bps=0, floor="2", ceiling="1")}, "/price/ceiling"),
    ],
)
def test_each_bad_value_is_named(changes: dict[str, Any], field: str) -> None:
    assert faults(**changes) == {field}


def test_an_unknown_type_is_answered_with_the_types_there_are() -> None:
    with pytest.raises(Invalid) as refused:
        check(price=PriceDraft(type="auction", value="1"))
    assert refused.value.fields == {"/price/type": "Use one of these price types: fixed, margin, formula."}


def test_a_currency_without_cents_takes_none() -> None:
    jpy = {"currency": "JPY", "methods": ("zengin",), "price": fixed("450000"), "max_fiat": "450000"}
    assert faults(**jpy, min_fiat="1000.5") == {"/min_fiat"}
    assert check(**jpy, min_fiat="1000").currency.code == "JPY"


def test_outside_the_demo_buyers_get_at_least_ten_minutes(settings: LazySettings) -> None:
    assert check(payment_window=60).payment_window == 60
    settings.DEMO = False
    assert faults(payment_window=599) == {"/payment_window"}


def test_line_ends_and_outer_blanks_of_terms_are_evened_out() -> None:
    assert check(terms_text="  Hello\r\nworld\r ").terms_text == "Hello\nworld"


def test_a_price_far_from_the_market_is_asked_about() -> None:
    market_price("3000")
    with pytest.raises(Invalid) as refused:
        check(price=fixed("2500.00"), accept_far_price=False)
    assert refused.value.code == "far_from_market"
    assert refused.value.fields == {
        "/price": "This is 16.7% below market, 500.00 EUR for each ETH. You would lose 1,000.00 EUR on 2 ETH. "
        "Confirm that you mean it."
    }
    assert faults(price=margin(1001), accept_far_price=False) == {"/price"}
    assert check(price=margin(1000), accept_far_price=False).rule.margin_bps == 1000
    assert check(price=fixed("2500.00"), accept_far_price=True).rule.fixed == 2500


def test_a_market_offer_worth_less_than_its_smallest_trade_is_refused() -> None:
    market_price("3000")
    assert faults(price=margin(0), total_asset="0.03", min_fiat="100.00") == {"/total_asset"}
    market_price("3000", age=3600)
    assert check(price=margin(0), total_asset="0.03", min_fiat="100.00")


@pytest.mark.parametrize("price", [fixed("3000.5"), margin(-125, floor="2500", ceiling="3500.25"), margin(0)])
def test_an_offer_can_be_written_as_a_draft_again(price: PriceDraft) -> None:
    made = unsigned_offer(price=price, terms_text="Be quick.", methods=("sepa", "revolut"), min_finished_trades=3)
    again = draft_of(made)
    assert again.price == price
    assert set(again.methods) == {"sepa", "revolut"}
    assert (again.total_asset, again.min_fiat, again.terms_text) == ("2", "100", "Be quick.")
    read = check_draft(again, read_market=lambda *_: prices.market("ETH", "EUR", now=clock.now()), now=clock.now())
    assert read.total_units == int(made.total_units)


def test_a_huge_quantity_survives_an_edit_to_the_last_unit() -> None:
    total = "340282366920938463463.374607431768211455"
    made = unsigned_offer(total_asset=total)
    assert draft_of(made).total_asset == total
