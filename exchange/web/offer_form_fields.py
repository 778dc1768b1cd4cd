"""The form in which a maker writes an offer, and the `OfferDraft` it makes. The rules live in `offers.validate`."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django import forms

from exchange.catalog import countries
from exchange.catalog.models import Asset, Currency, PaymentMethod
from exchange.offers.drafts import HoursDraft, OfferDraft, PriceDraft
from exchange.offers.limits import DAY, HOUR, MINUTE, MOST_FINISHED_TRADES, MOST_FORMULA, MOST_TERMS
from exchange.web.forms_amount import AmountField
from exchange.web.times import span_words

SIDES = (("sell", "I sell coins"), ("buy", "I buy coins"))
PRICE_TYPES = (("margin", "Market price with a margin"), ("fixed", "Fixed price"), ("formula", "Formula"))
VISIBILITIES = (("public", "Everyone, in the market"), ("link", "Only people I give the link to"))
DAYS = (("1", "Mon"), ("2", "Tue"), ("3", "Wed"), ("4", "Thu"), ("5", "Fri"), ("6", "Sat"), ("7", "Sun"))
DIRECTIONS = (("above", "above market"), ("below", "below market"))
PAYMENT_WINDOWS = (15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY, 2 * DAY, 4 * DAY, 7 * DAY)
CONFIRM_WINDOWS = (HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY)
ARBITRATION_WINDOWS = (DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY)
# The answer each way of pricing needs, and how it is asked for.
NEEDED = {
    "fixed": ("fixed_price", "Enter a price."),
    "margin": ("margin", "Enter a margin; 0 is the market."),
    "formula": ("formula", "Enter a formula, for example market(ETH/EUR) * 1.01."),
}
# What `offers.validate` calls a thing, and the field it is asked in here.
POINTERS = {
    "/price/value": "fixed_price",
    "/price/bps": "margin",
    "/price/floor": "floor",
    "/price/ceiling": "ceiling",
    "/price/type": "price_type",
    "/price/text": "formula",
    "/working_hours/start": "open_from",
    "/working_hours/end": "open_until",
    "/working_hours/days": "open_days",
    "/working_hours/time_zone": "time_zone",
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
    formula = forms.CharField(
        label="Formula",
        required=False,
        max_length=MOST_FORMULA,
        help_text="Named sources with a pair, numbers, + - * / ( ), min, max, median: median(market(ETH/EUR), "
        "market(ETH/USD) * 0.92) * 1.01. If a source grows too old, this offer pauses until it is fresh.",
        widget=forms.Textarea({"rows": 2, "spellcheck": "false", "autocapitalize": "off"}),
    )
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

    first_trade_max = AmountField(label="First trade with someone new, at most (optional)", required=False)
    country = forms.ChoiceField(label="Only in this country", required=False)
    open_from = forms.CharField(
        label="Open from", required=False, max_length=5, widget=forms.TimeInput({"type": "time"})
    )
    open_until = forms.CharField(label="until", required=False, max_length=5, widget=forms.TimeInput({"type": "time"}))
    open_days = forms.MultipleChoiceField(
        label="On these days", choices=DAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    time_zone = forms.CharField(
        label="Time zone", required=False, max_length=64, widget=forms.TextInput({"placeholder": "Europe/Berlin"})
    )
    visibility = forms.ChoiceField(
        label="Who finds this offer?", choices=VISIBILITIES, required=False, widget=forms.RadioSelect, initial="public"
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
            "country": [("", "Everywhere"), *countries.names().items()],
        }
        for name, pairs in choices.items():
            self.fields[name].choices = pairs  # type: ignore[attr-defined]
        for name in ("side", "asset", "currency") if is_edit else ():
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        """Ask for the price that the chosen way needs."""
        data = super().clean() or {}
        needed, words = NEEDED.get(data.get("price_type", ""), NEEDED["margin"])
        if data.get(needed) in {None, ""} and needed not in self.errors:
            self.add_error(needed, words)
        if bool(data.get("open_from")) != bool(data.get("open_until")):
            self.add_error("open_until", "Give both times, or none for always.")
        if data.get("open_from") and not data.get("time_zone"):
            self.add_error("time_zone", "Say in which time zone, such as Europe/Berlin.")
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
            "price": self.price_draft(),
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
            "first_trade_max": _plain(data["first_trade_max"]) if data["first_trade_max"] is not None else None,
            "country": data["country"] or None,
            "working_hours": self._hours(),
            "visibility": data["visibility"] or "public",
        }

    def price_draft(self) -> PriceDraft | None:
        """Return the price rule as far as it was written; None where its own answer is missing or wrong."""
        data = self.cleaned_data
        kind = data.get("price_type", "")
        if kind not in NEEDED or data.get(NEEDED[kind][0]) in {None, ""}:
            return None
        if kind == "fixed":
            return PriceDraft(type="fixed", value=_plain(data["fixed_price"]))
        floor, ceiling = data.get("floor"), data.get("ceiling")
        limits: dict[str, Any] = {
            "floor": _plain(floor) if floor is not None else None,
            "ceiling": _plain(ceiling) if ceiling is not None else None,
        }
        if kind == "formula":
            return PriceDraft(type="formula", text=data["formula"], **limits)
        bps = int(data["margin"] * 100)
        return PriceDraft(type="margin", bps=-bps if data.get("direction") == "below" else bps, **limits)

    def _hours(self) -> HoursDraft | None:
        data = self.cleaned_data
        if not data["open_from"]:
            return None
        days = tuple(int(day) for day in data["open_days"]) or tuple(range(1, 8))
        # A day's end is written as midnight in a time field.
        end = "24:00" if data["open_until"] == "00:00" else data["open_until"]
        return HoursDraft(start=data["open_from"], end=end, days=days, time_zone=data["time_zone"])


def answers_of(draft: OfferDraft) -> dict[str, Any]:
    """Return the answers that would make `draft`, to edit it or to begin a copy."""
    price = draft.price
    bps = price.bps or 0
    hours = draft.working_hours
    kept = asdict(draft)
    return {
        **{name: kept[name] for name in ("side", "asset", "currency", "min_fiat", "max_fiat", "total_asset")},
        **{name: kept[name] for name in ("terms_text", "approve_by_hand", "min_finished_trades")},
        "methods": list(draft.methods),
        "price_type": price.type,
        "formula": price.text or "",
        "first_trade_max": draft.first_trade_max or "",
        "country": draft.country or "",
        "open_from": hours.start if hours else "",
        "open_until": hours.end.replace("24:00", "00:00") if hours else "",
        "open_days": [str(day) for day in hours.days] if hours else [],
        "time_zone": hours.time_zone if hours else "",
        "visibility": draft.visibility,
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
