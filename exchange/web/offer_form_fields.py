"""The form in which a maker writes an offer, and the `OfferDraft` it makes. The rules live in `offers.validate`."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django import forms

from exchange.catalog.models import Asset, Currency, PaymentMethod
from exchange.offers.drafts import OfferDraft, PriceDraft
from exchange.offers.limits import DAY, HOUR, MINUTE, MOST_FINISHED_TRADES, MOST_TERMS
from exchange.web.forms_amount import AmountField
from exchange.web.times import span_words

SIDES = (("sell", "I sell coins"), ("buy", "I buy coins"))
PRICE_TYPES = (("margin", "Market price with a margin"), ("fixed", "Fixed price"))
DIRECTIONS = (("above", "above market"), ("below", "below market"))
PAYMENT_WINDOWS = (15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY, 2 * DAY, 4 * DAY, 7 * DAY)
CONFIRM_WINDOWS = (HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY)
ARBITRATION_WINDOWS = (DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY)
# What `offers.validate` calls a thing, and the field it is asked in here.
POINTERS = {
    "/price/value": "fixed_price",
    "/price/bps": "margin",
    "/price/floor": "floor",
    "/price/ceiling": "ceiling",
    "/price/type": "price_type",
    "/price": "accept_far_price",
    "/accept_far_price": "accept_far_price",
}


def spans(seconds: Iterable[int], *, usual: str = "") -> list[tuple[str, str]]:
    """Return choices for windows; `usual` is the words of an empty choice."""
    choices = [(str(span), span_words(span)) for span in seconds]
    return [("", usual), *choices] if usual else choices


class OfferForm(forms.Form):
    """Direction and pair, price, limits, payment, conditions and times: one page, in this order."""

    side = forms.ChoiceField(label="What do you do?", choices=SIDES, widget=forms.RadioSelect, initial="sell")
    asset = forms.ChoiceField(label="Coin")
    currency = forms.ChoiceField(label="Currency")
    price_type = forms.ChoiceField(
        label="How is the price found?", choices=PRICE_TYPES, widget=forms.RadioSelect, initial="margin"
    )
    margin = AmountField(label="Margin", unit="%", places=2, above_zero=False, most=Decimal(100), required=False)
    direction = forms.ChoiceField(label="Above or below", choices=DIRECTIONS, required=False)
    floor = AmountField(label="Never below (optional)", required=False)
    ceiling = AmountField(label="Never above (optional)", required=False)
    fixed_price = AmountField(label="Price of one coin", required=False)
    accept_far_price = forms.BooleanField(label="I know that this price is far from the market", required=False)
    min_fiat = AmountField(label="Smallest trade")
    max_fiat = AmountField(label="Largest trade")
    total_asset = AmountField(label="Coins in total")
    methods = forms.MultipleChoiceField(label="Payment methods", widget=forms.CheckboxSelectMultiple)
    terms_text = forms.CharField(
        label="Your terms (optional)",
        required=False,
        max_length=MOST_TERMS,
        help_text="What a taker should know. Account details do not belong here: they are asked for later, encrypted.",
        widget=forms.Textarea({"rows": 4, "data-draft": "terms"}),
    )
    payment_window = forms.ChoiceField(
        label="Time to pay", choices=spans(PAYMENT_WINDOWS, usual="As usual for the method"), required=False
    )
    confirm_window = forms.ChoiceField(
        label="Time to answer a payment", choices=spans(CONFIRM_WINDOWS), initial=str(DAY)
    )
    arbitration_window = forms.ChoiceField(
        label="Time for a ruling", choices=spans(ARBITRATION_WINDOWS), initial=str(7 * DAY)
    )
    fallback = AmountField(
        label="If no ruling comes, the buyer gets",
        unit="%",
        places=2,
        above_zero=False,
        most=Decimal(100),
        initial="50",
    )
    min_finished_trades = forms.IntegerField(
        label="Finished trades a taker needs", min_value=0, max_value=MOST_FINISHED_TRADES, initial=0
    )
    approve_by_hand = forms.BooleanField(
        label="I approve each trade by hand",
        required=False,
        help_text="You then have little time to answer each take; takers see that.",
    )

    def __init__(
        self,
        *args: Any,
        assets: Iterable[Asset],
        currencies: Iterable[Currency],
        methods: Iterable[PaymentMethod],
        is_edit: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        choices: Mapping[str, list[tuple[str, str]]] = {
            "asset": [(asset.symbol, f"{asset.symbol}, {asset.name}") for asset in assets],
            "currency": [(currency.code, f"{currency.code}, {currency.name}") for currency in currencies],
            "methods": [(method.slug, method.name) for method in methods],
        }
        for name, pairs in choices.items():
            self.fields[name].choices = pairs  # type: ignore[attr-defined]
        for name in ("side", "asset", "currency") if is_edit else ():
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        """Ask for the price that the chosen way needs."""
        data = super().clean() or {}
        needed = "fixed_price" if data.get("price_type") == "fixed" else "margin"
        if data.get(needed) is None and needed not in self.errors:
            self.add_error(needed, "Enter a price." if needed == "fixed_price" else "Enter a margin; 0 is the market.")
        return data

    def draft(self) -> OfferDraft:
        """Return the draft these answers make."""
        pair = {name: self.cleaned_data[name] for name in ("side", "asset", "currency")}
        return OfferDraft(**self.changes(), **pair)

    def changes(self) -> dict[str, Any]:
        """Return what an edit may change, as `offers.actions.edit` takes it."""
        data = self.cleaned_data
        window = data["payment_window"]
        return {
            "price": self._price(),
            "min_fiat": _plain(data["min_fiat"]),
            "max_fiat": _plain(data["max_fiat"]),
            "total_asset": _plain(data["total_asset"]),
            "methods": tuple(data["methods"]),
            "terms_text": data["terms_text"],
            "payment_window": int(window) if window else None,
            "confirm_window": int(data["confirm_window"]),
            "arbitration_window": int(data["arbitration_window"]),
            "fallback_buyer_bps": int(data["fallback"] * 100),
            "approve_by_hand": data["approve_by_hand"],
            "min_finished_trades": data["min_finished_trades"],
            "accept_far_price": data["accept_far_price"],
        }

    def _price(self) -> PriceDraft:
        data = self.cleaned_data
        if data["price_type"] == "fixed":
            return PriceDraft(type="fixed", value=_plain(data["fixed_price"]))
        bps = int(data["margin"] * 100)
        return PriceDraft(
            type="margin",
            bps=-bps if data["direction"] == "below" else bps,
            floor=_plain(data["floor"]) if data["floor"] is not None else None,
            ceiling=_plain(data["ceiling"]) if data["ceiling"] is not None else None,
        )


def answers_of(draft: OfferDraft) -> dict[str, Any]:
    """Return the answers that would make `draft`, to edit it or to begin a copy."""
    price = draft.price
    bps = price.bps or 0
    kept = asdict(draft)
    return {
        **{name: kept[name] for name in ("side", "asset", "currency", "min_fiat", "max_fiat", "total_asset")},
        **{name: kept[name] for name in ("terms_text", "approve_by_hand", "min_finished_trades")},
        "methods": list(draft.methods),
        "price_type": price.type,
        "fixed_price": price.value or "",
        "margin": _plain(Decimal(abs(bps)) / 100),
        "direction": "below" if bps < 0 else "above",
        "floor": price.floor or "",
        "ceiling": price.ceiling or "",
        "payment_window": str(draft.payment_window or ""),
        "confirm_window": str(draft.confirm_window),
        "arbitration_window": str(draft.arbitration_window),
        "fallback": _plain(Decimal(draft.fallback_buyer_bps) / 100),
    }


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
