"""Figures for Prometheus: requests as they are answered, and the state of the market at the moment of the scrape.

No amounts, names or addresses. With PROMETHEUS_MULTIPROC_DIR set, the counters of all web processes are added up.
"""

import os
from collections.abc import Iterator

from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from escrow import queries as escrow
from exchange.core import clock
from exchange.core.models import OutboxMessage
from exchange.prices import health as price_health
from exchange.trades.models import Trade

_requests = Counter("parley_api_requests_total", "API calls answered.", ["call", "method", "status"], registry=None)


def count_request(request: HttpRequest, response: HttpResponse, *, name: str) -> None:
    """Count one answered call under its pattern, never under its address."""
    _requests.labels(call=name, method=str(request.method), status=str(response.status_code)).inc()


def exposition() -> bytes:
    """Return all figures in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_State())
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_requests)
    return generate_latest(registry)


def _sources() -> Iterator[GaugeMetricFamily]:
    """Yield how reading each price and rate source goes."""
    states = GaugeMetricFamily("parley_price_source_state", "0 closed, 1 half open, 2 open circuit.", labels=["source"])
    failures = GaugeMetricFamily("parley_price_source_failures", "Failures since the last success.", labels=["source"])
    ages = GaugeMetricFamily("parley_price_source_age_seconds", "Since the last success.", labels=["source"])
    for source in price_health.source_reports(now=clock.now()):
        states.add_metric([source.name], ["closed", "half-open", "open"].index(source.state))
        failures.add_metric([source.name], source.failures)
        if source.age_seconds is not None:
            ages.add_metric([source.name], source.age_seconds)
    held = GaugeMetricFamily("parley_price_pairs_held", "Pairs whose price leapt and waits.", value=price_health.held())
    yield from (states, failures, ages, held)


class _State(Collector):
    """Asks the database, so that every web process tells the same."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges of this moment."""
        trades = GaugeMetricFamily("parley_trades", "Trades by state.", labels=["state"])
        for state, count in Trade.objects.values_list("state").annotate(Count("id")).order_by("state"):
            trades.add_metric([state], count)
        yield trades
        owed = OutboxMessage.objects.filter(done_at__isnull=True).aggregate(count=Count("id"), oldest=Min("created_at"))
        yield GaugeMetricFamily("parley_outbox_owed", "Effects not carried out yet.", value=owed["count"])
        age = (clock.now() - owed["oldest"]).seconds if owed["oldest"] else 0
        yield GaugeMetricFamily("parley_outbox_oldest_seconds", "Age of the oldest of them.", value=age)
        yield from _sources()
        yield from _chain_gauges()


def _chain_gauges() -> Iterator[GaugeMetricFamily]:
    chain, keeper = escrow.chain_health(), escrow.keeper_health()
    figures = {
        "parley_chain_head": ("Newest block seen.", chain.head or 0),
        "parley_chain_age_seconds": ("How old what we show is.", chain.age_seconds or 0),
        "parley_chain_blocks_behind": ("Blocks that wait to be read.", chain.blocks_behind),
        "parley_chain_stale": ("1 when chain data is old.", int(chain.is_stale)),
        "parley_chain_down": ("1 when no node can be used.", int(chain.is_down)),
        "parley_reorg_alarm": ("1 after a deep reorganisation.", int(chain.reorg_alarm)),
        "parley_nodes_disagree": ("1 while nodes contradict each other.", int(chain.nodes_disagree)),
        "parley_books_differ": ("1 while our tables are not what the contract says.", int(chain.books_differ)),
        "parley_reconciled_block": ("The block of the last comparison.", chain.reconciled_block or 0),
        "parley_keeper_balance_wei": ("What the keeper has for gas.", keeper.balance or 0),
        "parley_keeper_silent_seconds": ("Age of the keeper's heartbeat.", keeper.silent_seconds or 0),
        "parley_intent_oldest_seconds": ("Age of the oldest intent that is due.", keeper.oldest_intent_seconds),
    }
    for name, (words, value) in figures.items():
        yield GaugeMetricFamily(name, words, value=value)
    nodes = GaugeMetricFamily("parley_node", "1 for the standing a node has.", labels=["node", "standing"])
    for place, node in enumerate(chain.nodes, start=1):
        nodes.add_metric([str(place), node.kind], 1)
    yield nodes
