"""The demo's standing offers: believable prices, limits and words, the same at every seeding."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from exchange.offers import actions as offers
from exchange.offers.drafts import OfferDraft, PriceDraft
from exchange.offers.models import Offer
from exchange.stack.demo.people import OTHERS, Person

# Currency, payment methods, and the limits that people there write (least, most).
MARKETS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("EUR", ("sepa-instant", "sepa", "revolut", "wise"), "50", "1500"),
    ("EUR", ("sepa-instant", "revolut"), "20", "400"),
    ("USD", ("zelle", "wise", "cash-app"), "50", "2000"),
    ("GBP", ("faster-payments", "revolut", "wise"), "50", "1200"),
    ("BRL", ("pix",), "200", "6000"),
    ("NGN", ("nip-nigeria", "opay-nigeria"), "50000", "2000000"),
    ("INR", ("upi", "imps"), "3000", "120000"),
)
WORDS = (
    "Online most days from eight to ten in the evening.",
    "Please leave the reference empty. I release within minutes.",
    "Payment from an account in your own name only.",
    "New here? No problem, I take the time to explain.",
    "",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """An offer of the demo with the person behind it."""

    offer: Offer
    maker: Person


def publish(
    people: Mapping[str, Person], *, known_methods: frozenset[str], count: int, now: datetime
) -> list[Standing]:
    """Publish Sara's and Ben's offers and `count` of others, each signed by its maker's wallet."""
    dice = random.Random(2026)  # noqa: S311 (the same book every time, nothing secret)
    drafts = [("Sara", _sara()), ("Ben", _ben())]
    drafts += [(OTHERS[place % len(OTHERS)], _draw(dice, known_methods)) for place in range(count)]
    standing = []
    for name, draft in drafts:
        maker = people[name]
        offer = offers.create(by=maker.account, draft=draft, now=now)
        signed = offers.sign(offer, by=maker.account, signature=maker.sign(offer.typed_data), now=now)
        standing.append(Standing(signed, maker))
    return standing


def _sara() -> OfferDraft:
    return OfferDraft(
        side="sell",
        asset="ETH",
        currency="EUR",
        price=PriceDraft(type="margin", bps=40),
        min_fiat="50",
        max_fiat="1000",
        total_asset="25",
        methods=("sepa-instant", "sepa"),
        terms_text="Payment from an account in your own name, please. I release as soon as the money is here.",
        payment_window=1800,
        confirm_window=3600,
        arbitration_window=7 * 86_400,
    )


def _ben() -> OfferDraft:
    return OfferDraft(
        side="buy",
        asset="ETH",
        currency="EUR",
        price=PriceDraft(type="margin", bps=-60),
        min_fiat="100",
        max_fiat="800",
        total_asset="5",
        methods=("sepa-instant",),
        terms_text="I pay at once by instant transfer.",
        payment_window=1800,
        confirm_window=7200,
        arbitration_window=7 * 86_400,
    )


def _draw(dice: random.Random, known_methods: frozenset[str]) -> OfferDraft:
    currency, methods, least, most = dice.choice(MARKETS)
    able = [method for method in methods if method in known_methods]
    side = dice.choice(("sell", "sell", "buy"))
    away = dice.randrange(20, 320, 10)
    asset = dice.choice(("ETH", "ETH", "ETH", "DUSD"))
    return OfferDraft(
        side=side,
        asset=asset,
        currency=currency,
        price=PriceDraft(type="margin", bps=away if side == "sell" else -away),
        min_fiat=least,
        max_fiat=most,
        total_asset=str(dice.randrange(10, 40)) if asset == "ETH" else str(dice.randrange(20_000, 90_000, 1000)),
        methods=tuple(dice.sample(able, k=dice.randrange(1, len(able) + 1))),
        terms_text=dice.choice(WORDS),
        payment_window=dice.choice((1800, 3600)),
        confirm_window=dice.choice((3600, 86_400)),
        arbitration_window=7 * 86_400,
        fallback_buyer_bps=5000,
        min_finished_trades=dice.choice((0, 0, 0, 0, 3)),
    )
