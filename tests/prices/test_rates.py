"""Reference rates: two forms of document from a real server, and every way in which one can be wrong."""

import itertools
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from exchange.prices.sources.base import SourceFailed
from exchange.prices.sources.rates import ReferenceRates
from tests.prices.exchange_server import FakeExchange, cuts, floods, hangs_up, sends, serving

NOW = datetime(2026, 11, 22, 15, 0, 30, tzinfo=UTC)
# The form in which the European Central Bank publishes.
ECB = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
    xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
  <Cube>
    <Cube time='2026-11-20'>
      <Cube currency='USD' rate='1.1574'/>
      <Cube currency='JPY' rate='181.22'/>
      <Cube currency='GBP' rate='0.87640'/>
    </Cube>
  </Cube>
</gesmes:Envelope>"""
JSON = b'{"amount":1.0,"base":"USD","date":"2026-11-20","rates":{"EUR":0.864006,"NGN":1450.5,"USD":1}}'
TIMED = b'{"disclaimer":"x","timestamp":1795359600,"base":"USD","rates":{"EUR":0.864006}}'
CODES = ("".join(letters).encode() for letters in itertools.product(string.ascii_uppercase, repeat=3))
TOO_LONG = (
    b'{"base":"USD","date":"2026-11-20","rates":{'
    + b",".join(b'"%s":1' % code for code in itertools.islice(CODES, 600))
    + b"}}"
)


@pytest.fixture
def fake() -> Iterator[FakeExchange]:
    with serving() as server:
        yield server


def read(fake: FakeExchange, body: bytes) -> list[tuple[str, str, Decimal]]:
    fake.otherwise = sends(body)
    return [(one.base, one.currency, one.rate) for one in ReferenceRates("ecb", fake.url + "/daily").read(now=NOW)]


def test_the_central_banks_document_is_read_with_its_day(fake: FakeExchange) -> None:
    assert read(fake, ECB) == [
        ("EUR", "USD", Decimal("1.1574")),
        ("EUR", "JPY", Decimal("181.22")),
        ("EUR", "GBP", Decimal("0.87640")),
    ]
    (first, *_) = ReferenceRates("ecb", fake.url).read(now=NOW)
    assert first.published_at == datetime(2026, 11, 20, 15, tzinfo=UTC)


def test_of_several_days_the_newest_counts(fake: FakeExchange) -> None:
    older = b"<Cube time='2026-11-19'><Cube currency='USD' rate='1.0'/></Cube><Cube time='2026-11-20'>"
    assert read(fake, ECB.replace(b"<Cube time='2026-11-20'>", older))[0] == ("EUR", "USD", Decimal("1.1574"))


def test_a_json_table_is_read_with_its_base(fake: FakeExchange) -> None:
    assert read(fake, JSON) == [("USD", "EUR", Decimal("0.864006")), ("USD", "NGN", Decimal("1450.5"))]
    assert read(fake, TIMED) == [("USD", "EUR", Decimal("0.864006"))]
    (only,) = ReferenceRates("ecb", fake.url).read(now=NOW)
    assert only.published_at == datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def test_a_document_of_today_is_not_from_the_future(fake: FakeExchange) -> None:
    fake.otherwise = sends(JSON.replace(b"2026-11-20", b"2026-11-22"))
    early = NOW - timedelta(hours=8)
    assert {one.published_at for one in ReferenceRates("ecb", fake.url).read(now=early)} == {early}


@pytest.mark.parametrize(
    "body",
    [
        ECB.replace(b"1.1574", b"-1.1574"),
        ECB.replace(b"1.1574", b"0"),
        ECB.replace(b"1.1574", b"NaN"),
        ECB.replace(b"1.1574", b"1e400"),
        ECB.replace(b"1.1574", b"1,1574"),
        ECB.replace(b" rate='1.1574'", b""),
        ECB.replace(b" currency='USD'", b""),
        ECB.replace(b"'USD'", b"'Dollar'"),
        ECB.replace(b"2026-11-20", b"20-11-2026"),
        ECB.replace(b"2026-11-20", b"2027-11-20"),
        ECB.replace(b" time='2026-11-20'", b""),
        ECB[:-30],
        ECB.replace(b"<gesmes:Envelope", b'<!DOCTYPE x [<!ENTITY a "b">]><gesmes:Envelope'),
        b"<html>maintenance",
        b"<a/>",
        b"",
        b"null",
        b"[]",
        b'{"base":"USD","date":"2026-11-20"}',
        b'{"base":"USD","date":"2026-11-20","rates":[]}',
        b'{"base":"USD","date":"2026-11-20","rates":{}}',
        b'{"base":"USD","date":"2026-11-20","rates":{"USD":1}}',
        b'{"base":"usd","date":"2026-11-20","rates":{"EUR":1}}',
        b'{"base":7,"date":"2026-11-20","rates":{"EUR":1}}',
        b'{"date":"2026-11-20","rates":{"EUR":1}}',
        b'{"base":"USD","rates":{"EUR":1}}',
        b'{"base":"USD","timestamp":"soon","rates":{"EUR":1}}',
        b'{"base":"USD","timestamp":1995359600,"rates":{"EUR":1}}',
        b'{"base":"USD","date":"2026-11-20","rates":{"EUR":true}}',
        b'{"base":"USD","date":"2026-11-20","rates":{"EUR":null}}',
        b'{"base":"USD","date":"2026-11-20","rates":{"EUR":{"rate":1}}}',
        b'{"base":"USD","date":"2026-11-20","rates":{"EUR":NaN}}',
        TOO_LONG,
    ],
)
def test_a_document_that_is_not_whole_and_sound_gives_no_rates(body: bytes, fake: FakeExchange) -> None:
    with pytest.raises(SourceFailed):
        read(fake, body)


def test_every_fault_of_the_network_is_a_failed_source(fake: FakeExchange) -> None:
    for behaviour in (sends(ECB, status=500), sends(b"", status=304), cuts(ECB), hangs_up, floods(10), sends(b"\xff")):
        fake.otherwise = behaviour
        with pytest.raises(SourceFailed):
            ReferenceRates("ecb", fake.url).read(now=NOW)
