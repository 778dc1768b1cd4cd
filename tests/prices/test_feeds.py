"""Price feeds on chain, on a real node with a real aggregator contract, and before a node that fails."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from eth_utils.address import to_checksum_address

from escrow.rpc import Chain, chain
from exchange.core import clock
from exchange.prices.sources.base import SourceFailed
from exchange.prices.sources.feeds import Feed, FeedSource
from tests.engines import ENGINES
from tests.escrow.broken_node import hung_up, standing_before, too_many, truncated
from tests.prices.aggregator import Aggregator

NOW = datetime(2026, 11, 22, 15, 0, 30, tzinfo=UTC)
AN_HOUR_AGO = clock.to_unix(NOW - timedelta(hours=1))


@pytest.fixture(scope="module")
def node() -> Chain:
    return chain()


@pytest.fixture(scope="module")
def aggregator(node: Chain) -> Aggregator:
    return Aggregator(node, decimals=8)


def node_url() -> str:
    assert ENGINES is not None
    return ENGINES.anvil.engine.url


def feed_source(*addresses: str, url: str = "", heartbeat: int = 3900, chain_id: int = 31337) -> FeedSource:
    pairs = zip(("USD", "EUR"), addresses, strict=False)
    feeds = tuple(Feed(asset="ETH", currency=code, address=address) for code, address in pairs)
    return FeedSource(feeds=feeds, rpc_urls=(url or node_url(),), chain_id=chain_id, heartbeat=heartbeat)


def test_a_feed_within_its_heartbeat_counts_as_read_now(aggregator: Aggregator) -> None:
    aggregator.tell(3_456_12345678, updated_at=AN_HOUR_AGO)
    (quotation,) = feed_source(aggregator.address).read(now=NOW)
    assert (quotation.asset, quotation.currency) == ("ETH", "USD")
    assert quotation.price == Decimal("3456.12345678")
    assert quotation.observed_at == NOW


def test_a_feed_of_eighteen_decimals_keeps_every_digit(node: Chain) -> None:
    fine = Aggregator(node, decimals=18)
    fine.tell(3_456_123456789012345678, updated_at=AN_HOUR_AGO)
    (quotation,) = feed_source(fine.address).read(now=NOW)
    assert quotation.price == Decimal("3456.123456789012345678")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"answer": 0, "updated_at": AN_HOUR_AGO}, "is no price"),
        ({"answer": -1, "updated_at": AN_HOUR_AGO}, "is no price"),
        ({"answer": -(2**255), "updated_at": AN_HOUR_AGO}, "is no price"),
        ({"answer": 1, "updated_at": 0}, "not finished"),
        ({"answer": 1, "updated_at": 2**255}, "not finished"),
        ({"answer": 1, "updated_at": AN_HOUR_AGO - 301}, "before its heartbeat"),
        ({"answer": 1, "updated_at": AN_HOUR_AGO + 3700}, "not come yet"),
        ({"answer": 1, "updated_at": AN_HOUR_AGO, "round_id": 8, "answered_in": 7}, "carried over"),
    ],
)
def test_an_answer_that_cannot_be_a_price_now_is_refused(
    told: dict[str, int], words: str, aggregator: Aggregator
) -> None:
    aggregator.tell(**told)
    with pytest.raises(SourceFailed, match=words):
        feed_source(aggregator.address).read(now=NOW)


def test_a_feed_with_absurd_decimals_is_refused(node: Chain) -> None:
    odd = Aggregator(node, decimals=255)
    odd.tell(1, updated_at=AN_HOUR_AGO)
    with pytest.raises(SourceFailed, match="255 decimals"):
        feed_source(odd.address).read(now=NOW)


@pytest.mark.parametrize("address", ["0x" + "11" * 20, "0x1234", "nonsense", ""])
def test_an_address_without_a_feed_is_a_failed_source(address: str) -> None:
    with pytest.raises(SourceFailed):
        feed_source(address).read(now=NOW)


def test_a_contract_that_is_no_feed_is_a_failed_source() -> None:
    factory = to_checksum_address("0x4e59b44847b379578588920ca78fbf26c0b4956c")
    with pytest.raises(SourceFailed):
        feed_source(factory).read(now=NOW)


def test_one_dead_feed_leaves_the_others_alone(aggregator: Aggregator) -> None:
    aggregator.tell(2_900_00000000, updated_at=AN_HOUR_AGO)
    found = feed_source("0x" + "11" * 20, aggregator.address).read(now=NOW)
    assert [(one.currency, one.price) for one in found] == [("EUR", Decimal(2900))]


def test_a_node_that_fails_or_serves_another_chain_is_a_failed_source(aggregator: Aggregator) -> None:
    aggregator.tell(2_900_00000000, updated_at=AN_HOUR_AGO)
    for spoil in (too_many, truncated, hung_up):
        with standing_before(node_url()) as broken:
            broken.spoil = spoil
            with pytest.raises(SourceFailed):
                feed_source(aggregator.address, url=broken.url).read(now=NOW)
    with pytest.raises(SourceFailed, match="WrongChain"):
        feed_source(aggregator.address, chain_id=1).read(now=NOW)
