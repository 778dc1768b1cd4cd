"""Topics: what a socket can listen to, and who may. A topic that is not yours is refused like one that does not exist.

`book:ETH/EUR`, `price:ETH/EUR` and published offers (`offer:8F3K7Q2M`) are public; `trade:8F3K7Q2M` is for its parties
and the arbiter who claimed the case; `user` is one's own; `queue` is for arbiters. Chat goes to the parties only.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from exchange.core.errors import NotFound
from exchange.core.ids import LENGTH
from exchange.offers.queries import offer_by_code
from exchange.realtime.door import Pass
from exchange.realtime.pairs import Pairs
from exchange.trades import queries as trades
from exchange.trades.decide import Side

_CODE = re.compile(rf"^[0-9A-Z]{{{LENGTH}}}$")
_OF_A_PAIR = frozenset({"book", "price"})
# Frames of a trade that concern its two parties alone.
PARTIES_ONLY = frozenset({"chat", "read", "here", "typing", "call"})


@dataclass(frozen=True, slots=True)
class Grant:
    """A topic as the client names it and the channels of the hub it listens on."""

    topic: str
    channels: tuple[str, ...]


def grants(topics: Iterable[str], pass_: Pass, pairs: Pairs) -> list[Grant | str]:
    """Return for each topic its grant, or its name when it is refused."""
    return [_grant(topic, pass_, pairs) or topic for topic in topics]


def grants_at_once(topics: Iterable[str], pairs: Pairs) -> list[Grant | str] | None:
    """Return the grants of topics that anybody may follow, or None if anything has to be asked of the database."""
    found: list[Grant | str] = []
    for topic in topics:
        kind, _, name = topic.partition(":")
        if kind not in _OF_A_PAIR or not pairs.remembers(name):
            return None
        found.append(Grant(topic, (topic,)))
    return found


def channel_of(topic: str, kind: str) -> str:
    """Return the channel on which a hint of `kind` for `topic` is heard."""
    return f"chat{topic.removeprefix('trade')}" if kind in PARTIES_ONLY and topic.startswith("trade:") else topic


def _grant(topic: str, pass_: Pass, pairs: Pairs) -> Grant | None:
    kind, _, name = topic.partition(":")
    if kind in _OF_A_PAIR:
        return Grant(topic, (topic,)) if pairs.is_traded(name) else None
    if kind == "offer":
        return Grant(topic, (topic,)) if _CODE.match(name) and _sees_offer(name, pass_) else None
    if kind == "trade":
        channels = _trade_channels(name, pass_) if _CODE.match(name) else ()
        return Grant(topic, channels) if channels else None
    if topic == "user" and pass_.account is not None:
        return Grant(topic, (f"user:{pass_.account.address}",))
    if topic == "queue" and pass_.account is not None and pass_.account.is_arbiter and pass_.may("arbiter"):
        return Grant(topic, (topic,))
    return None


def _sees_offer(code: str, pass_: Pass) -> bool:
    try:
        offer_by_code(code, viewer=pass_.account)
    except NotFound:
        return False
    return True


def _trade_channels(code: str, pass_: Pass) -> tuple[str, ...]:
    if pass_.account is None or not pass_.may("trades:read"):
        return ()
    role = trades.role_for(code, account=pass_.account)
    if role.is_party:
        return (f"trade:{code}", f"chat:{code}")
    return (f"trade:{code}",) if role.side is Side.ARBITER else ()
