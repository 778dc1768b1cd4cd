"""Reading sources together: pace, circuit, one worker at a time, crosses and the jump guard, in the database."""

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.test import Client

from exchange.accounts.models import Account
from exchange.accounts.sessions import BACKEND
from exchange.core import clock
from exchange.prices import actions, circuit, gather, queries
from exchange.prices.formula.parse import parse
from exchange.prices.formula.refusals import SourceStale
from exchange.prices.models import Reading, ReferenceRate, SourceHealth
from exchange.prices.named import known_names, named_prices
from exchange.prices.sources.base import Quotation
from tests.builders import ben
from tests.parallel import at_once
from tests.prices.exchange_server import FakeExchange, sends, serving
from tests.prices.told import FRIDAY, NOW, Rates, Told, after

pytestmark = pytest.mark.django_db


@pytest.fixture
def fake() -> Iterator[FakeExchange]:
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def _ecb(settings: LazySettings) -> None:
    settings.RATE_SOURCES = ["ecb"]


def health(name: str) -> SourceHealth:
    return SourceHealth.objects.get(name=name)


def test_a_source_is_read_at_its_own_pace() -> None:
    source = Told("a")
    for second in range(0, 31, 5):
        actions.read_due([source], now=after(second))
    assert source.asked == 4


def test_a_failing_source_is_left_alone_and_probed_once() -> None:
    source = Told("a", None)
    for second in range(0, 60, 5):
        actions.read_due([source], now=after(second))
    assert source.asked == 4  # three failures open the circuit, 30 s later one probe fails
    row = health("a")
    assert (row.failures, row.last_failure, row.succeeded_at) == (4, "HTTP 500", None)
    assert circuit.state(circuit.Circuit(failures=row.failures, due_at=row.due_at), now=after(60)) is circuit.State.OPEN
    source.price = "3000"
    actions.read_due([source], now=after(600))
    assert (source.asked, health("a").failures, health("a").succeeded_at) == (5, 0, after(600))


def test_one_dead_source_does_not_stop_the_others() -> None:
    actions.read_sources([Told("a", None), Told("b"), Told("c", "3001")], now=NOW)
    market = queries.market("ETH", "USD", now=NOW)
    assert market.price == Decimal("3000.5")
    assert [one.name for one in market.sources] == ["b", "c"]


def test_a_source_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    class Stuck(Told):
        def read(self, *, now: datetime) -> Sequence[Quotation]:
            release.wait(60)
            return []

    monkeypatch.setattr(gather, "SECONDS", 1)
    try:
        assert actions.read_sources([Stuck("a"), Told("b"), Told("c")], now=NOW) == 2
        assert health("a").last_failure == "no answer within 1 s"
    finally:
        release.set()


def test_a_fault_in_our_own_code_is_not_taken_for_a_failed_source() -> None:
    class Wrong(Told):
        def read(self, *, now: datetime) -> Sequence[Quotation]:
            raise AssertionError("ours")

    with pytest.raises(AssertionError, match="ours"):
        actions.read_sources([Wrong("a")], now=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_reads_a_source() -> None:
    source = Told("a")
    actions.read_due([source], now=NOW)
    told = at_once(8, lambda _: actions.read_due([source], now=after(10)))
    assert sorted(told) == [0] * 7 + [1]
    assert source.asked == 2


def test_prices_are_crossed_and_say_so() -> None:
    actions.read_due_rates([Rates(("USD", "1.25"), ("JPY", "180"))], now=NOW)
    actions.read_sources([Told("a"), Told("b", "3010"), Told("c", "2400", currency="EUR")], now=NOW)
    yen = queries.market("ETH", "JPY", now=NOW)
    assert yen.price == Decimal(432_000)
    assert [(one.name, one.price) for one in yen.sources] == [
        ("a", Decimal(432_000)),
        ("b", Decimal(433_440)),
        ("c", Decimal(432_000)),
    ]
    via = yen.sources[0].via
    assert via is not None
    assert (via.currency, via.rate, via.source) == ("USD", Decimal(144), "ecb")
    assert via.age_seconds == int((NOW - FRIDAY).total_seconds())
    euro = queries.market("ETH", "EUR", now=NOW)
    assert [one.via and one.via.currency for one in euro.sources] == ["USD", "USD", None]
    assert euro.age_seconds == 0


def test_a_cross_ends_with_its_rate_even_if_the_coin_is_fresh() -> None:
    actions.read_due_rates([Rates(("USD", "1.25"), at=NOW - timedelta(days=6))], now=NOW)
    actions.read_sources([Told("a"), Told("b")], now=NOW)
    assert queries.market("ETH", "EUR", now=NOW).price == 2400
    a_second_later = queries.market("ETH", "EUR", now=after(1))
    assert a_second_later.is_stale
    assert not queries.market("ETH", "USD", now=after(1)).is_stale


def test_rates_of_two_documents_are_never_mixed() -> None:
    actions.read_due_rates([Rates(("USD", "1.25"), ("JPY", "180"))], now=NOW)
    actions.read_due_rates([Rates(("EUR", "0.8"), base="USD")], now=after(3600))
    assert [(row.base, row.currency) for row in ReferenceRate.objects.all()] == [("USD", "EUR")]


def test_a_source_that_quotes_a_pair_itself_after_all_loses_its_cross() -> None:
    actions.read_due_rates([Rates(("USD", "1.25"))], now=NOW)
    actions.read_sources([Told("a")], now=NOW)
    assert Reading.objects.get(currency="EUR").via == "USD"
    actions.read_sources([Told("a", "2399", currency="EUR")], now=after(10))
    own = Reading.objects.get(currency="EUR")
    assert (own.price, own.via, own.rate, own.rate_source, own.rate_at) == (Decimal(2399), "", None, "", None)


def test_a_formula_may_name_a_reference_rate_that_is_days_old() -> None:
    actions.read_due_rates([Rates(("USD", "1.25"))], now=NOW)
    actions.read_sources([Told("a")], now=NOW)
    formula = parse("a(ETH/USD) * ecb(USD/EUR)", known=known_names())
    found = formula.evaluate(named_prices(formula.sources, now=NOW))
    assert found.value == 2400
    assert [(str(one.name), one.age_seconds) for one in found.sources] == [
        ("a(ETH/USD)", 0),
        ("ecb(USD/EUR)", int((NOW - FRIDAY).total_seconds())),
    ]
    late = FRIDAY + timedelta(days=6, seconds=1)
    actions.read_sources([Told("a")], now=late)
    with pytest.raises(SourceStale, match=r"ecb\(USD/EUR\) is stale"):
        formula.evaluate(named_prices(formula.sources, now=late))


def test_a_source_that_is_read_no_more_is_forgotten_after_a_week() -> None:
    actions.read_sources([Told("gone")], now=NOW)
    actions.read_sources([Told("a")], now=NOW + timedelta(days=7))
    assert actions.forget_old_readings(now=NOW + timedelta(days=7)) == 0
    assert actions.forget_old_readings(now=NOW + timedelta(days=7, seconds=1)) == 1
    assert {name.source for name in known_names()} == {"a", "market"}


def test_three_exchanges_and_the_central_bank_give_a_market_from_real_answers(
    fake: FakeExchange, settings: LazySettings
) -> None:
    from exchange.prices.sources.registry import configured_rates, configured_sources
    from tests.prices.test_exchanges import SHAPES
    from tests.prices.test_rates import ECB

    names = ["kraken", "coinbase", "bitstamp"]
    settings.PRICE_SOURCES, settings.PRICE_PAIRS = names, ["ETH/EUR"]
    settings.PRICE_URLS = [f"{name}={fake.url}" for name in names]
    settings.RATE_URLS = [f"ecb={fake.url}/daily.xml"]
    for name in names:
        fake.say(*SHAPES[name])
    fake.answers["/daily.xml"] = sends(ECB)
    assert actions.read_due_rates(configured_rates(), now=NOW) == 3
    # Three sources, each in its own currency and three crosses.
    assert actions.read_due(configured_sources(), now=NOW) == 12
    market = queries.market("ETH", "EUR", now=NOW)
    assert (market.price, market.age_seconds, market.label) == (Decimal("3000.5"), 5, "")
    assert queries.market("ETH", "GBP", now=NOW).price == Decimal("2629.6382")
    # One exchange lies by half: it is dropped. Then two are gone: the price is paused.
    lie = SHAPES["kraken"][1]["result"]["XETHZEUR"] | {"a": ["4500.0"], "b": ["4499.0"]}
    fake.say(SHAPES["kraken"][0], {"error": [], "result": {"XETHZEUR": lie}})
    actions.read_due(configured_sources(), now=after(10))
    assert queries.market("ETH", "EUR", now=after(10)).price == Decimal("3000.5")
    fake.answers[SHAPES["coinbase"][0]] = sends(b"<html>", status=503)
    actions.read_due(configured_sources(), now=after(70))
    assert queries.market("ETH", "EUR", now=after(70)).is_stale
    assert health("coinbase").failures == 1


def test_the_state_of_every_source_is_in_the_figures_and_on_the_staff_page() -> None:
    staff = ben().account
    Account.objects.filter(pk=staff.pk).update(is_staff=True, is_superuser=True)
    staff.refresh_from_db()
    browser = Client()
    browser.force_login(staff, backend=BACKEND)
    source = Told("a", None)
    for second in range(0, 30, 5):
        actions.read_due([source, Told("b")], now=clock.now() + timedelta(seconds=second))
    text = Client().get("/metrics").content.decode()
    assert 'parley_price_source_state{source="a"} 2.0' in text
    assert 'parley_price_source_failures{source="a"} 3.0' in text
    assert 'parley_price_source_state{source="b"} 0.0' in text
    assert 'parley_price_source_age_seconds{source="a"}' not in text
    page = browser.get("/admin/prices/sourcehealth/").content.decode()
    assert "HTTP 500" in page
    assert ">open<" in page
    assert browser.get("/admin/prices/reading/add/").status_code == 403
    assert browser.post("/admin/prices/sourcehealth/a/delete/", {"post": "yes"}).status_code == 403
    assert SourceHealth.objects.count() == 2
