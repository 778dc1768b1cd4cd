"""Seeds the demo: people, a book, a month of finished trades, and a few trades in the middle of things.

1. The chain's clock is turned back before its first block of ours, so that history has true block times.
2. Offers are published by their makers, trades are played one after the other, some end badly as in life.
3. The clock is set to now; a handful of trades are left open, one of them disputed.
Nothing is seeded twice: with any trade in the database the whole is left alone.
"""

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from exchange.accounts.models import Account
from exchange.catalog.models import PaymentMethod
from exchange.core.models import OutboxMessage
from exchange.offers.models import Side
from exchange.prices import actions as prices
from exchange.prices.sources import demo
from exchange.reputation import actions as reputation
from exchange.stack.demo import book
from exchange.stack.demo.book import Standing
from exchange.stack.demo.chain import DemoChain
from exchange.stack.demo.people import ARBITER, PANEL, Person, gather
from exchange.stack.demo.story import Story, open_stage
from exchange.trades.models import Trade

DAYS = 30
OFFERS = 40


def seed(node: DemoChain, *, trades: int, confirmations: int, now: datetime, say: Callable[[str], None]) -> None:
    """Fill an empty demo with `trades` finished trades; a demo that has trades is left as it is."""
    if Trade.objects.exists():
        return
    began = now - timedelta(days=DAYS)
    people = gather(joined=began - timedelta(days=60))
    for person in people.values():
        node.endow(person.account.address)
    story = open_stage(node, confirmations=confirmations, now=began)
    story.open_market()
    _remember_prices(began, until=now)
    methods = frozenset(PaymentMethod.objects.values_list("slug", flat=True))
    standing = book.publish(people, known_methods=methods, count=OFFERS, now=story.now)
    dice = random.Random(31337)  # noqa: S311 (the same history every time, nothing secret)
    pause = timedelta(days=DAYS) / (trades + 1)
    for number in range(trades):
        moment = began + pause * number + timedelta(minutes=dice.randrange(1, 60))
        story.pass_time(seconds=max(int((moment - story.now).total_seconds()), 1))
        _play(story, dice, standing, people, number=number)
    # What happened long ago is nobody's news.
    OutboxMessage.objects.filter(done_at__isnull=True).update(done_at=now)
    for person in people.values():
        reputation.refresh(person.account.pk)
        seen = now - timedelta(minutes=dice.choice((2, 9, 25, 70, 300, 1500)))
        Account.objects.filter(pk=person.account.pk).update(last_active_at=seen)
    story.pass_time(seconds=max(int((now - story.now).total_seconds()) - 60, 1))
    _leave_open(story, standing, people)
    node.turn_clock(now)
    say(f"{len(people)} people, {len(standing)} offers, {Trade.objects.count()} trades with play money")


def _remember_prices(began: datetime, *, until: datetime) -> None:
    """Give the charts a past: the demo's walk every hour, and every five minutes of the last day."""
    markets = sorted({market[0] for market in book.MARKETS} | {"EUR"})
    yesterday = until - timedelta(days=1)
    prices.keep_past(demo.past(markets, since=began, until=yesterday, step=timedelta(hours=1)))
    prices.keep_past(demo.past(markets, since=yesterday, until=until, step=timedelta(minutes=5)))


def _play(
    story: Story, dice: random.Random, standing: list[Standing], people: Mapping[str, Person], *, number: int
) -> None:
    """Play one trade from take to end: most are released, some cancelled, one in fifteen ruled."""
    chosen = dice.choice([one for one in standing if one.offer.min_finished_trades == 0])
    strangers = [name for name in people if name not in {*PANEL, chosen.maker.account.name}]
    taker = people[dice.choice(strangers)]
    seller, buyer = _sides(chosen, taker)
    fiat = _amount(chosen, dice)
    method = dice.choice(sorted(chosen.offer.methods.values_list("slug", flat=True)))
    trade = story.take(chosen, by=taker, fiat=fiat, method=method)
    story.pass_time(minutes=dice.randrange(1, 12))
    story.fund(trade)
    story.pass_time(minutes=dice.randrange(2, 20))
    if number % 11 == 7:
        story.act(trade, "cancel", by=buyer)
        return
    story.act(trade, "mark_paid", by=buyer)
    story.pass_time(minutes=dice.randrange(1, 30))
    if number % 15 == 4:
        story.dispute(trade, seller=seller, buyer=buyer)
        story.pass_time(minutes=dice.randrange(60, 240))
        story.rule(trade, arbiter=people[ARBITER], buyer_bps=6000)
        return
    story.act(trade, "release", by=seller)


def _leave_open(story: Story, standing: list[Standing], people: Mapping[str, Person]) -> None:
    """Leave one trade in each open state for the cast to find."""
    saras, bens = standing[0], standing[1]
    to_release = _taken(story, saras, people["Nina"], fiat="180")
    story.fund(to_release)
    story.act(to_release, "mark_paid", by=people["Nina"])
    to_pay = _taken(story, bens, people["Otto"], fiat="240")
    story.fund(to_pay)
    _taken(story, saras, people["Priya"], fiat="95")
    disputed = _taken(story, saras, people["Rosa"], fiat="320")
    story.fund(disputed)
    story.act(disputed, "mark_paid", by=people["Rosa"])
    story.dispute(disputed, seller=people["Sara"], buyer=people["Rosa"])


def _taken(story: Story, standing: Standing, taker: Person, *, fiat: str) -> Trade:
    return story.take(standing, by=taker, fiat=Decimal(fiat), method="sepa-instant")


def _sides(standing: Standing, taker: Person) -> tuple[Person, Person]:
    return (standing.maker, taker) if standing.offer.side == Side.SELL else (taker, standing.maker)


def _amount(standing: Standing, dice: random.Random) -> Decimal:
    least, most = int(standing.offer.min_fiat), int(standing.offer.max_fiat)
    return Decimal(dice.randrange(least, max(most // 3, least + 1)))


def first_moment(now: datetime) -> datetime:
    """Return when the demo's chain has to begin for its history to fit."""
    return now - timedelta(days=DAYS + 1)
