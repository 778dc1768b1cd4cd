"""Price feeds on chain. A feed writes an answer when the price has moved enough, and else once in its heartbeat.

So an answer an hour old may well be what the feed says *now*. Within the heartbeat it counts as observed when it was
read; beyond it the feed has stopped, and says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from escrow.feeds import FeedFailed, read_feed
from exchange.prices.sources.base import Quotation, SourceFailed

NAME = "chainlink"
EVERY = 15
# Blocks come late, and clocks differ.
AHEAD = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed: which pair, and where it stands."""

    asset: str
    currency: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSource:
    """The configured feeds of one chain; `heartbeat` is how old their answers may be, in seconds."""

    feeds: tuple[Feed, ...]
    rpc_urls: tuple[str, ...]
    chain_id: int
    heartbeat: int
    name: str = NAME
    every: int = EVERY

    def read(self, *, now: datetime) -> Sequence[Quotation]:
        """Return what could be read. Raises `SourceFailed` when that is nothing."""
        quotations, failures = [], []
        for feed in self.feeds:
            try:
                quotations.append(self._quote(feed, now=now))
            except (FeedFailed, SourceFailed) as failure:
                failures.append(f"{feed.asset}/{feed.currency}: {failure}")
        if not quotations:
            raise SourceFailed("; ".join(failures) or "no feeds are configured")
        return quotations

    def _quote(self, feed: Feed, *, now: datetime) -> Quotation:
        told = read_feed(feed.address, rpc_urls=self.rpc_urls, chain_id=self.chain_id)
        if told.updated_at > now + AHEAD:
            raise SourceFailed(f"it was updated at {told.updated_at:%Y-%m-%d %H:%M:%S}, which has not come yet")
        if told.updated_at < now - timedelta(seconds=self.heartbeat):
            raise SourceFailed(f"it was last updated at {told.updated_at:%Y-%m-%d %H:%M:%S}, before its heartbeat")
        return Quotation(asset=feed.asset, currency=feed.currency, price=told.price, observed_at=now)
