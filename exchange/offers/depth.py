"""How much stands in the book at which distance from the market: what could be taken if the price moved so far."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from exchange.offers.models import Offer, OfferState, Side, Visibility

# Distances in basis points: from 8% below to 8% above the market, in steps of half a percent.
STEP, FARTHEST = 50, 800
# An offer to sell counts from the level at or above its price on, an offer to buy from the level at or below it down.
_SUMS = """
    SELECT side, CASE side WHEN 'sell' THEN ceil(away / %(step)s) ELSE floor(away / %(step)s) END AS level,
           sum(remaining_units)
      FROM (SELECT side, remaining_units, round((price / %(market)s - 1) * 10000, 4) AS away
              FROM (SELECT side, remaining_units, CASE price_type
                           WHEN 'fixed' THEN fixed_price
                           WHEN 'formula' THEN formula_price
                           WHEN 'margin' THEN
                                least(coalesce(ceiling_price, 'infinity'::numeric),
                                      greatest(coalesce(floor_price, 0), %(market)s * (10000 + margin_bps) / 10000))
                           END AS price
                      FROM offers_offer
                     WHERE asset_id = %(asset)s AND currency_id = %(currency)s AND state = 'active'
                       AND visibility = 'public' AND hidden = '') AS open
             WHERE price IS NOT NULL) AS placed
     GROUP BY side, level
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Base units that can be bought at up to `bps` above (below, if negative) the market, and sold at no less."""

    bps: int
    to_buy: int
    to_sell: int


def count_open(asset_id: int, currency: str) -> int:
    """Return how many offers of a pair stand in the book."""
    listed = Offer.objects.filter(state=OfferState.ACTIVE, visibility=Visibility.PUBLIC, hidden="")
    return listed.filter(asset_id=asset_id, currency_id=currency).count()


def depth(asset_id: int, currency: str, *, market: Decimal) -> list[Level]:
    """Return the open offers of a pair, summed from the best price on, by distance from `market`."""
    params: dict[str, Any] = {"market": market, "asset": asset_id, "currency": currency, "step": STEP}
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, params)
        sums = [(side, int(level) * STEP, int(units)) for side, level, units in cursor.fetchall()]
    return [
        Level(
            bps=bps,
            to_buy=sum(units for side, level, units in sums if side == Side.SELL.value and level <= bps),
            to_sell=sum(units for side, level, units in sums if side == Side.BUY.value and level >= bps),
        )
        for bps in range(-FARTHEST, FARTHEST + STEP, STEP)
    ]
