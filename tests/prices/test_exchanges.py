"""Exchanges through ccxt, against a server that replays the shapes of their public tickers, and every fault we know."""

import copy
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from exchange.prices.sources import answers
from exchange.prices.sources.base import SourceFailed
from exchange.prices.sources.exchanges import VENUES, ExchangeSource
from tests.prices.exchange_server import (
    Behaviour,
    FakeExchange,
    cuts,
    drips,
    floods,
    hangs_up,
    sends,
    serving,
    stays_silent,
)

NOW = datetime(2026, 11, 22, 15, 0, 30, tzinfo=UTC)
EURO = (("ETH", "EUR"),)
# As these exchanges answer in public, the numbers changed: bid 3000, ask 3001, and others that must not be taken.
KRAKEN = {
    "error": [],
    "result": {
        "XETHZEUR": {
            "a": ["3001.00000", "1", "1.000"],
            "b": ["3000.00000", "2", "2.000"],
            "c": ["2950.58000", "0.04408910"],
            "v": ["4147.94474901", "8896.96086304"],
            "p": ["2956.22239", "2968.63032"],
            "t": [3907, 10056],
            "l": ["2902.18000", "2902.18000"],
            "h": ["3121.14000", "3160.01000"],
            "o": "2971.56000",
        }
    },
}
COINBASE = {
    "ask": "3001.00",
    "bid": "3000.00",
    "volume": "8896.96086304",
    "trade_id": 843439,
    "price": "2950.58",
    "size": "0.0440891",
    "time": "2026-11-22T15:00:25.12523Z",
    "rfq_volume": "1.0",
}
BITSTAMP = {
    "timestamp": "1795359625",
    "open": "2971.5",
    "high": "3121.1",
    "low": "2902.1",
    "last": "2950.5",
    "volume": "3563.13819902",
    "vwap": "2968.6",
    "bid": "3000.0",
    "ask": "3001.0",
    "side": "0",
    "open_24": "2960.0",
    "percent_change_24": "1.24",
    "market_type": "SPOT",
    "pair": "ETH/EUR",
}
GEMINI = {
    "bid": "3000.00",
    "ask": "3001.00",
    "volume": {"ETH": "1615.46861748", "EUR": "4727307.57545006088", "timestamp": 1795359625000},
    "last": "2950.23",
}
SHAPES: dict[str, tuple[str, dict[str, Any]]] = {
    "kraken": ("/0/public/Ticker?pair=XETHZEUR", KRAKEN),
    "coinbase": ("/products/ETH-EUR/ticker", COINBASE),
    "bitstamp": ("/v2/ticker/etheur/", BITSTAMP),
    "gemini": ("/v1/pubticker/etheur", GEMINI),
}
every_venue = pytest.mark.parametrize("name", sorted(VENUES))


@pytest.fixture
def fake() -> Iterator[FakeExchange]:
    with serving() as server:
        yield server


def source(name: str, fake: FakeExchange, pairs: tuple[tuple[str, str], ...] = EURO) -> ExchangeSource:
    return ExchangeSource(name, pairs, fake.url)


def ticker(document: dict[str, Any]) -> dict[str, Any]:
    inner: dict[str, Any] = document["result"]["XETHZEUR"] if "result" in document else document
    return inner


def spoilt(name: str, **changed: object) -> dict[str, Any]:
    """Return the exchange's answer with a bid or ask changed, None to leave it out."""
    document = copy.deepcopy(SHAPES[name][1])
    for part, value in changed.items():
        key = part[0] if name == "kraken" else part
        if value is None:
            del ticker(document)[key]
        else:
            ticker(document)[key] = [value, "1", "1.000"] if name == "kraken" else value
    return document


def test_every_exchange_on_offer_has_its_shape_here() -> None:
    assert set(SHAPES) == set(VENUES)


@every_venue
def test_the_price_is_the_middle_of_bid_and_ask(name: str, fake: FakeExchange) -> None:
    path, document = SHAPES[name]
    fake.say(path, document)
    (quotation,) = source(name, fake).read(now=NOW)
    assert (quotation.asset, quotation.currency, quotation.price) == ("ETH", "EUR", Decimal("3000.5"))
    assert quotation.observed_at == (NOW if name == "kraken" else NOW - timedelta(seconds=5))
    # One question, no list of markets.
    assert fake.asked == [path]


@every_venue
def test_a_number_that_is_none_is_refused_whatever_it_looks_like(name: str, fake: FakeExchange) -> None:
    bad = [
        "NaN",
        "-3000",
        "0",
        "0.00",
        "1e400",
        "1e3",
        "Infinity",
        "three",
        "",
        " 3000",
        "3,000",
        "0x10",
        "9" * 40,
        True,
    ]
    for value in [*bad, [], {}, None]:
        fake.say(SHAPES[name][0], spoilt(name, bid=value))
        with pytest.raises(SourceFailed):
            source(name, fake).read(now=NOW)
        fake.say(SHAPES[name][0], spoilt(name, ask=value))
        with pytest.raises(SourceFailed):
            source(name, fake).read(now=NOW)


@every_venue
def test_numbers_written_without_quotes_keep_every_digit(name: str, fake: FakeExchange) -> None:
    body = b'{"PLACEHOLDER"}'
    document = str(spoilt(name, bid="3000.123456789012345678", ask="3000.123456789012345678"))
    body = document.replace("'3000.123456789012345678'", "3000.123456789012345678").replace("'", '"').encode()
    fake.answers[SHAPES[name][0]] = sends(body)
    (quotation,) = source(name, fake).read(now=NOW)
    assert quotation.price == Decimal("3000.123456789012345678")


@every_venue
@pytest.mark.parametrize(("bid", "ask"), [("3002", "3001"), ("2900", "3001")])
def test_bid_and_ask_must_make_sense_together(name: str, bid: str, ask: str, fake: FakeExchange) -> None:
    fake.say(SHAPES[name][0], spoilt(name, bid=bid, ask=ask))
    with pytest.raises(SourceFailed, match=r"above the ask|too far apart"):
        source(name, fake).read(now=NOW)


FAULTS: dict[str, Behaviour] = {
    "too many": sends(b'{"error":["EGeneral:Too many requests"]}', status=429, headers={"retry-after": "30"}),
    "server error": sends(b"", status=500),
    "server error in HTML": sends(b"<html>oops</html>", status=502, headers={"content-type": "text/html"}),
    "HTML with 200": sends(b"<html>maintenance</html>", headers={"content-type": "text/html"}),
    "not found": sends(b'{"message":"NotFound"}', status=404),
    "own error with 200": sends(b'{"error":["EService:Unavailable"],"status":"error","result":"error","message":"x"}'),
    "moved": sends(b"", status=302, headers={"location": "http://127.0.0.1:1/"}),
    "nothing": sends(b""),
    "no JSON": sends(b'{"a":'),
    "NaN in JSON": sends(b'{"bid": NaN, "ask": Infinity}'),
    "list": sends(b"[]"),
    "list of numbers": sends(b"[1, 2, 3]"),
    "word": sends(b'"hello"'),
    "null": sends(b"null"),
    "empty object": sends(b"{}"),
    "null result": sends(b'{"error":[],"result":null}'),
    "empty result": sends(b'{"error":[],"result":{}}'),
    "deep": sends(b"[" * 100_000),
    "no UTF-8": sends(b'{"bid":"\xff\xfe"}'),
    "surrogate": sends(b'{"bid":"\\ud800","ask":"\\ud800","message":"\\ud800"}'),
    "cut": cuts(b'{"bid":"3000.00","ask":"3001.00"}'),
    "hangs up": hangs_up,
    "no HTTP": lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n") and None,
    "endless headers": lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 10_000) and None,
    "ten megabytes": floods(10),
}


@every_venue
def test_every_fault_of_an_answer_is_a_failed_source_and_nothing_else(name: str, fake: FakeExchange) -> None:
    for fault, behaviour in FAULTS.items():
        fake.otherwise = behaviour
        with pytest.raises(SourceFailed) as refused:
            source(name, fake).read(now=NOW)
        assert str(refused.value), fault


def test_nobody_at_the_address_is_a_failed_source() -> None:
    for url in ("http://127.0.0.1:1", "http://", "ftp://127.0.0.1/", "http://127.0.0.1:99999", "nonsense"):
        with pytest.raises(SourceFailed):
            answers.get(url)


@pytest.mark.parametrize(
    "behaviour",
    [
        stays_silent,
        drips(b'{"bid":"3000.00"'),
        drips(b"a: b\r\n", after=b"HTTP/1.1 200 OK\r\n"),
        drips(b"x", after=b""),
    ],
    ids=["silence", "dripping body", "dripping headers", "dripping status line"],
)
def test_a_server_that_drips_or_sleeps_is_given_up_when_the_time_is_up(
    behaviour: Behaviour, fake: FakeExchange
) -> None:
    fake.otherwise = behaviour
    with pytest.raises(SourceFailed, match="no whole answer within 1 s"):
        answers.get(fake.url, seconds=1)


def test_a_pair_that_an_exchange_does_not_have_leaves_the_others_alone(fake: FakeExchange) -> None:
    path, document = SHAPES["coinbase"]
    fake.say(path, document)
    found = source("coinbase", fake, (("XYZ", "EUR"), ("ETH", "EUR"))).read(now=NOW)
    assert [(one.asset, one.currency) for one in found] == [("ETH", "EUR")]
    assert fake.asked == ["/products/XYZ-EUR/ticker", path]


def test_a_frozen_ticker_keeps_the_time_it_was_made(fake: FakeExchange) -> None:
    path, document = SHAPES["bitstamp"]
    fake.say(path, {**document, "timestamp": "1795350000"})
    (quotation,) = source("bitstamp", fake).read(now=NOW)
    assert NOW - quotation.observed_at > timedelta(hours=2)


@pytest.mark.parametrize("timestamp", ["1895359625", "-5", "0", "soon", "9" * 30])
def test_a_ticker_from_the_future_or_from_no_time_is_refused(timestamp: str, fake: FakeExchange) -> None:
    path, document = SHAPES["bitstamp"]
    fake.say(path, {**document, "timestamp": timestamp})
    try:
        (quotation,) = source("bitstamp", fake).read(now=NOW)
    except SourceFailed:
        return
    # What ccxt cannot read as a time it leaves out: then the answer counts from when it was asked for.
    assert quotation.observed_at == NOW


def test_kraken_spells_old_coins_and_currencies_with_their_letters() -> None:
    market = VENUES["kraken"].market
    assert [market(*pair) for pair in (("ETH", "USD"), ("BTC", "EUR"), ("USDC", "USD"), ("ETH", "CHF"))] == [
        "XETHZUSD",
        "XXBTZEUR",
        "USDCUSD",
        "ETHCHF",
    ]
