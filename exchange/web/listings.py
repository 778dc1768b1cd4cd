"""Offers as rows of a page: what the reader pays and gets, and who offers it with which record."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from exchange.catalog import countries
from exchange.offers.book_rows import BookRow
from exchange.reputation.queries import StandingView
from exchange.web.units import Coin, Money, say_fiat

SHOWN_METHODS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One row; `market` is the price it is said against, `buys` whether the reader buys."""

    row: BookRow
    coin: Coin
    money: Money
    standing: StandingView
    market: Decimal | None
    buys: bool
    amount: Decimal | None

    @property
    def deal(self) -> int | None:
        """The base units the reader gets (after the fee) or gives for the amount; None without amount or price."""
        return self.row.buyer_gets if self.buys else self.row.units

    @property
    def conditions(self) -> list[str]:
        """What a taker should know before opening the offer."""
        row, said = self.row, []
        if row.min_finished_trades:
            said.append(f"Needs {row.min_finished_trades} finished trade{'s' if row.min_finished_trades > 1 else ''}")
        if row.first_trade_max is not None:
            said.append(f"First trade up to {say_fiat(row.first_trade_max, self.money)}")
        if row.approve_by_hand:
            said.append("Approved by hand")
        if row.country:
            said.append(countries.names().get(row.country, row.country))
        return said

    @property
    def deed(self) -> str:
        """The words of the button."""
        return f"{'Buy' if self.buys else 'Sell'} {self.coin.symbol}"

    @property
    def first_methods(self) -> list[str]:
        """The methods that are named in the row."""
        return [method.name for method in self.row.methods[:SHOWN_METHODS]]

    @property
    def more_methods(self) -> int:
        """How many methods are not named."""
        return max(0, len(self.row.methods) - SHOWN_METHODS)


def listings(
    rows: Iterable[BookRow], *, market: Decimal | None, buys: bool, amount: Decimal | None, is_stable: bool
) -> list[Listing]:
    """Return rows of the book; what a row says of its maker came with it."""
    found = list(rows)
    return [
        Listing(
            row=row,
            coin=Coin(row.asset, row.decimals, is_stable),
            money=Money(row.currency, row.minor_units),
            standing=StandingView(account_id=row.maker.id, finished=row.maker.finished, abandoned=row.maker.abandoned),
            market=market,
            buys=buys,
            amount=amount,
        )
        for row in found
    ]
