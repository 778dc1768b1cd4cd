"""The jump guard at work: which pairs are held, noted on their readings so that reading a market costs nothing more."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Q

from exchange.core.money import BPS
from exchange.prices.jumps import MEMORY, Level, judge
from exchange.prices.models import Leap, MedianPrice, Reading
from exchange.prices.queries import Market, markets

Pair = tuple[str, str]


def guard(pairs: Iterable[Pair], *, now: datetime) -> dict[Pair, Market]:
    """Judge the new readings of `pairs`, hold and let go what is due, and return the markets as they stand then."""
    wanted = list(pairs)
    current = markets(wanted, now=now, with_held=True)
    accepted = _accepted(wanted, now=now)
    leaps = {(leap.asset, leap.currency): leap for leap in Leap.objects.all()}
    held: dict[Pair, Level] = {}
    for pair, market in current.items():
        leap = leaps.get(pair)
        leapt = Level(price=leap.price, at=leap.since) if leap else None
        waiting = None if market.price is None else _judge(market.price, accepted.get(pair), leapt, now=now)
        if market.price is None and leapt is not None and now - leapt.at <= MEMORY:
            waiting = leapt  # no price just now proves nothing about the one before
        if waiting is not None:
            held[pair] = waiting
    _note(wanted, held, had=set(leaps))
    return markets(wanted, now=now) if held else current


def _judge(price: Decimal, accepted: Level | None, leapt: Level | None, *, now: datetime) -> Level | None:
    return judge(
        price,
        accepted=accepted,
        leapt=leapt,
        most=Decimal(settings.PRICE_JUMP_BPS) / BPS,
        stands_for=timedelta(seconds=settings.PRICE_JUMP_SECONDS),
        now=now,
    )


def _accepted(pairs: list[Pair], *, now: datetime) -> dict[Pair, Level]:
    """Return the last price of each pair that was used: what the charts have is what was believed."""
    rows = (
        MedianPrice.objects.filter(
            asset__in={asset for asset, _ in pairs}, currency__in={code for _, code in pairs}, at__gte=now - MEMORY
        )
        .order_by("asset", "currency", "-at")
        .distinct("asset", "currency")
    )
    return {(row.asset, row.currency): Level(price=row.price, at=row.at) for row in rows}


def _note(pairs: list[Pair], held: dict[Pair, Level], *, had: set[Pair]) -> None:
    let_go = [pair for pair in pairs if pair in had and pair not in held]
    if let_go:
        Leap.objects.filter(_any_of(let_go)).delete()
        Reading.objects.filter(_any_of(let_go)).update(held=False)
    if held:
        Leap.objects.bulk_create(
            [Leap(asset=pair[0], currency=pair[1], price=level.price, since=level.at) for pair, level in held.items()],
            update_conflicts=True,
            unique_fields=["asset", "currency"],
            update_fields=["price", "since"],
        )
        # Also the readings of a source that came after the leap.
        Reading.objects.filter(_any_of(held), held=False).update(held=True)


def _any_of(pairs: Iterable[Pair]) -> Q:
    either = Q()
    for asset, currency in pairs:
        either |= Q(asset=asset, currency=currency)
    return either
