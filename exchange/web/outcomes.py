"""What a split gives each side, in words: coins after the fee, and what they are worth at the trade's price. Pure."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from exchange.core import money
from exchange.core.money import BPS
from exchange.trades.view import TradeView
from exchange.web.numbers import percent_words
from exchange.web.units import Coin, Money, say_coins, say_fiat


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A split as both sides read it; the `*_words` are whole sentences."""

    buyer: str
    seller: str
    fee: str
    buyer_fiat: str
    seller_fiat: str
    buyer_words: str
    seller_words: str


def outcome_of(view: TradeView, *, buyer_bps: int) -> Outcome:
    """Return what `buyer_bps` basis points to the buyer mean for this trade."""
    coin, unit = Coin(view.asset, view.decimals, view.is_stable), Money(view.currency, view.minor_units)
    to_buyer, to_seller, fee = money.split(view.amount, buyer_bps=buyer_bps, fee_bps=view.fee_bps)
    buyer, seller = say_coins(to_buyer, coin), say_coins(to_seller, coin)
    share, rest = percent_words(buyer_bps), percent_words(BPS - buyer_bps)
    return Outcome(
        buyer=buyer,
        seller=seller,
        fee=say_coins(fee, coin),
        buyer_fiat=_worth(view, buyer_bps, unit=unit),
        seller_fiat=_worth(view, BPS - buyer_bps, unit=unit),
        buyer_words=f"{share} to you: {buyer} reach your wallet.",
        seller_words=f"{rest} to you: {seller} come back to your wallet.",
    )


def sides_of(view: TradeView) -> tuple[tuple[str, str], ...]:
    """Return both sides as the reader names them, the reader's own first."""
    names = {"buyer": f"{view.buyer.name} (buyer)", "seller": f"{view.seller.name} (seller)"}
    if view.role in names:
        other = "seller" if view.role == "buyer" else "buyer"
        return (view.role, "Yours"), (other, f"{names[other]}")
    return ("buyer", names["buyer"]), ("seller", names["seller"])


def _worth(view: TradeView, bps: int, *, unit: Money) -> str:
    part = (view.amount_fiat * bps / BPS).quantize(Decimal(1).scaleb(-view.minor_units), rounding=ROUND_DOWN)
    return f"{say_fiat(part, unit)} at the price of this trade"
