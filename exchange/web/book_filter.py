"""The filter of the market: pair, direction, amount and method, kept in the address so that it can be shared."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse

from exchange.catalog import countries
from exchange.catalog import queries as catalog
from exchange.catalog.models import Asset, Currency, PaymentMethod
from exchange.offers.book_filters import Order
from exchange.offers.limits import MOST_FINISHED_TRADES
from exchange.web.forms_amount import AmountField
from exchange.web.pairs import Pair

SORTS = (
    (Order.PRICE, "Best price", "best price first"),
    (Order.SPEED, "Fastest", "fastest release first"),
    (Order.TRUST, "Most trusted", "most trusted first"),
    (Order.NEWEST, "Newest", "newest first"),
)
SIDES = (("buy", "Buy"), ("sell", "Sell"))


@dataclass(frozen=True, slots=True, kw_only=True)
class BookFilter:
    """What the reader looks for; `amount` is fiat, `trades` how many finished trades the other side has at least."""

    side: str
    asset: Asset
    currency: Currency
    amount: Decimal | None = None
    method: PaymentMethod | None = None
    country: str = ""
    trades: int = 0
    takeable: bool = False
    sort: str = Order.PRICE

    @property
    def pair(self) -> Pair:
        """The pair by symbol and code."""
        return Pair(self.asset.symbol, self.currency.code)

    @property
    def buys(self) -> bool:
        """Whether the reader wants coins."""
        return self.side == "buy"

    @property
    def query(self) -> str:
        """Everything but pair and direction as a query string."""
        said = {
            "amount": plain(self.amount),
            "method": self.method.slug if self.method else "",
            "country": self.country,
            "trades": str(self.trades or ""),
            "takeable": "on" if self.takeable else "",
            "sort": "" if self.sort == Order.PRICE else self.sort,
        }
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def address(self) -> str:
        """The page of this filter: `/buy/eth/eur?amount=250`."""
        path = reverse(
            "market",
            kwargs={"side": self.side, "asset": self.asset.symbol.lower(), "currency": self.currency.code.lower()},
        )
        return f"{path}?{self.query}" if self.query else path

    @property
    def sorts(self) -> list[tuple[str, str, str, bool]]:
        """Every order of the list: its words, what the caption says, its address, and whether it is this one."""
        return [(words, said, replace(self, sort=sort).address, sort == self.sort) for sort, words, said in SORTS]

    @property
    def sort_words(self) -> str:
        """What the list says of its order."""
        return next(said for sort, _, said in SORTS if sort == self.sort)

    def said(self) -> dict[str, Any]:
        """Return what `offers.book` takes."""
        return {
            "side": self.side,
            "asset": self.asset.symbol,
            "currency": self.currency.code,
            "amount": self.amount,
            "method": self.method.slug if self.method else None,
            "country": self.country or None,
            "trades": self.trades,
            "takeable": self.takeable,
            "sort": self.sort,
        }


class FilterForm(forms.Form):
    """The rail of the market."""

    side = forms.ChoiceField(label="I want to", choices=SIDES, widget=forms.RadioSelect)
    amount = AmountField(label="Amount", required=False)
    asset = forms.ChoiceField(label="Coin")
    currency = forms.ChoiceField(label="Currency")
    method = forms.ChoiceField(label="Payment method", required=False)
    country = forms.ChoiceField(label="Country", required=False)
    trades = forms.IntegerField(
        label="Finished trades at least", required=False, min_value=0, max_value=MOST_FINISHED_TRADES
    )
    takeable = forms.BooleanField(label="Only offers I can take", required=False)
    sort = forms.ChoiceField(
        choices=[(sort, words) for sort, words, _ in SORTS], required=False, widget=forms.HiddenInput
    )

    def __init__(self, data: dict[str, str], *, currency: str) -> None:
        super().__init__(data)
        choices = {
            "asset": [(asset.symbol, asset.symbol) for asset in catalog.assets()],
            "currency": [(one.code, f"{one.code}, {one.name}") for one in catalog.currencies()],
            "method": [("", "Any method"), *((m.slug, m.name) for m in catalog.methods(currency=currency))],
            "country": [("", "Any country"), *countries.names().items()],
        }
        for name, pairs in choices.items():
            self.fields[name].choices = pairs  # type: ignore[attr-defined]
        self.fields["amount"].widget.attrs.update({"data-unit": currency, "placeholder": "Any"})


def read_filter(form: FilterForm, *, side: str, asset: str, currency: str) -> BookFilter:
    """Return the filter of an address and its query; parts that cannot be used are left out (the form says why)."""
    form.is_valid()
    slug = form.cleaned_data.get("method") or ""
    return BookFilter(
        side=side,
        asset=catalog.asset(asset),
        currency=catalog.currency(currency),
        amount=form.cleaned_data.get("amount"),
        method=catalog.method(slug) if slug else None,
        country=form.cleaned_data.get("country") or "",
        trades=form.cleaned_data.get("trades") or 0,
        takeable=form.cleaned_data.get("takeable") or False,
        sort=form.cleaned_data.get("sort") or Order.PRICE,
    )


def relax(wanted: BookFilter) -> list[tuple[str, BookFilter]]:
    """Return up to three ways to ask for less, in words."""
    found: list[tuple[str, BookFilter]] = []
    if wanted.method is not None:
        found.append(("any method", replace(wanted, method=None)))
    if wanted.amount is not None:
        found.append(("any amount", replace(wanted, amount=None)))
    if wanted.country or wanted.trades or wanted.takeable:
        found.append(("without the other conditions", replace(wanted, country="", trades=0, takeable=False)))
    if wanted.method is not None and wanted.amount is not None:
        found.append(("any method and amount", replace(wanted, method=None, amount=None)))
    return found


def plain(amount: Decimal | None) -> str:
    """Return an amount as it stands in an address."""
    return "" if amount is None else f"{amount.normalize():f}"
