"""Numbers, times and addresses in words."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.core.money import from_units
from exchange.web import addresses, avatar, numbers, times

NOW = datetime(2026, 11, 22, 13, 40, tzinfo=UTC)
ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


@pytest.mark.parametrize(
    ("units", "words"),
    [
        (80_092_266_290_766_963, "0.080092 ETH"),
        (10**18, "1.00 ETH"),
        (123_456_789, "0.000000000123456 ETH"),
        (1, "0.000000000000000001 ETH"),
        (0, "0.00 ETH"),
        (1_234_567 * 10**18 + 999_999_999_999_999_999, "1,234,567.999999 ETH"),
    ],
)
def test_coins_are_cut_to_six_decimals_and_never_to_nothing(units: int, words: str) -> None:
    assert numbers.coins_words(units, decimals=18, symbol="ETH").replace("\u00a0", " ") == words


@given(st.integers(min_value=0, max_value=2**128 - 1))
def test_nobody_ever_reads_more_coins_than_there_are(units: int) -> None:
    said = numbers.coins_words(units, decimals=18, symbol="ETH").split("\u00a0")[0].replace(",", "")
    assert 0 <= Decimal(said) <= from_units(units, decimals=18)
    full = numbers.coins_words(units, decimals=18, symbol="ETH", full=True).split("\u00a0")[0].replace(",", "")
    assert Decimal(full) == from_units(units, decimals=18)


def test_stablecoins_have_two_decimals_and_all_of_them_in_full() -> None:
    assert numbers.coins_words(250_129_999, decimals=6, symbol="DUSD", is_stable=True) == "250.12\u00a0DUSD"
    assert numbers.coins_words(250_129_999, decimals=6, symbol="DUSD", full=True) == "250.129999\u00a0DUSD"


def test_money_has_the_minor_units_of_its_currency() -> None:
    assert numbers.fiat_words(Decimal("3121.4"), currency="EUR", minor_units=2) == "3,121.40\u00a0EUR"
    assert numbers.fiat_words(Decimal("12500.4"), currency="JPY", minor_units=0) == "12,500\u00a0JPY"
    assert numbers.fiat_words(Decimal("-1.5"), currency="KWD", minor_units=3) == "\u22121.500\u00a0KWD"
    assert numbers.range_words(Decimal(50), Decimal(1000), currency="EUR", minor_units=2) == "50 to 1,000\u00a0EUR"
    assert numbers.range_words(Decimal("50.5"), Decimal(60), currency="EUR", minor_units=2) == "50.50 to 60.00\u00a0EUR"


@pytest.mark.parametrize(
    ("price", "words", "buyer", "seller"),
    [
        ("3043", "1.4% above market", "You pay more than market.", "You get more than market."),
        ("2990.1", "0.3% below market", "You pay less than market.", "You get less than market."),
        ("3000", "at market", "You trade at the market price.", "You trade at the market price."),
        ("3001", "at market", "You trade at the market price.", "You trade at the market price."),
    ],
)
def test_prices_are_said_in_words_for_the_readers_side(price: str, words: str, buyer: str, seller: str) -> None:
    market = Decimal(3000)
    assert numbers.price_words(Decimal(price), market) == words
    assert numbers.luck_words(Decimal(price), market, buys=True) == buyer
    assert numbers.luck_words(Decimal(price), market, buys=False) == seller


def test_without_a_market_price_nothing_is_claimed() -> None:
    assert numbers.price_words(Decimal(3000), None) == ""
    assert numbers.price_words(None, Decimal(3000)) == ""
    assert numbers.luck_words(Decimal(1), Decimal(0), buys=True) == ""


@given(st.decimals(min_value=Decimal("0.01"), max_value=10**9, places=4), st.integers(-4999, 10_000))
def test_above_and_below_follow_the_margin(market: Decimal, bps: int) -> None:
    words = numbers.price_words(market * (10_000 + bps) / 10_000, market)
    expected = "above" if bps >= 5 else "below" if bps <= -5 else ""
    assert expected in words or words == "at market"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1661, "27:41"),
        (59, "0:59"),
        (3600, "1 h"),
        (11_520, "3 h 12 min"),
        (187_200, "2 days 4 h"),
        (172_800, "2 days"),
        (-5, "0:00"),
    ],
)
def test_what_is_left_is_said_in_the_unit_that_matters(seconds: int, words: str) -> None:
    assert times.left_words(timedelta(seconds=seconds)).replace("\u00a0", " ") == words


def test_clock_time_comes_with_a_day_only_when_it_is_another_day() -> None:
    assert times.clock_words(NOW + timedelta(minutes=30), now=NOW) == "14:10\u00a0UTC"
    assert times.clock_words(NOW + timedelta(days=2), now=NOW).replace("\u00a0", " ") == "Tue 24 Nov, 13:40 UTC"
    assert "2027" in times.clock_words(NOW + timedelta(days=100), now=NOW)


@pytest.mark.parametrize(
    ("left", "tone"), [(30, "calm"), (9, "calm"), (7.5, "soon"), (3, "last"), (0, "over"), (-1, "over")]
)
def test_the_tone_of_a_deadline_changes_at_a_quarter_and_a_tenth(left: float, tone: str) -> None:
    deadline = NOW + timedelta(minutes=left)
    assert times.urgency(created=deadline - timedelta(minutes=30), deadline=deadline, now=NOW) == tone


def test_activity_is_told_in_bands() -> None:
    ages = [timedelta(seconds=5), timedelta(minutes=40), timedelta(hours=5), timedelta(days=3), timedelta(days=30)]
    assert [times.active_words(NOW - age, now=NOW) for age in ages] == [
        "active now",
        "active this hour",
        "active today",
        "active this week",
        "not active this week",
    ]
    assert times.active_words(None, now=NOW) == "not seen yet"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "5 s ago"), (250, "4 min ago"), (7300, "2 h ago"), (90_000, "1 day ago"), (400_000, "4 days ago")],
)
def test_ages_are_rounded_down(seconds: int, words: str) -> None:
    said = times.ago_words(NOW - timedelta(seconds=seconds), now=NOW).replace("\u00a0", " ")
    assert said.startswith(words.removesuffix(" ago"))


def test_addresses_are_shown_in_groups_that_make_up_the_whole() -> None:
    first, middle, last = addresses.groups(ADDRESS)
    assert first + "".join(middle) + last == ADDRESS
    assert (first, last) == ("0x7099", "79C8")
    assert addresses.groups("no address") == ("no address", [], "")
    assert addresses.short_address(ADDRESS) == "0x7099…79C8"


@given(st.from_regex(r"0x[0-9a-fA-F]{40}", fullmatch=True))
def test_an_avatar_depends_on_the_address_alone(address: str) -> None:
    drawn = avatar.draw(address)
    assert drawn == avatar.draw(address.lower())
    assert drawn.startswith("<svg")
    assert len(drawn) < 2000
