"""How much of an offer, in money or in coins, and by which method."""

from datetime import datetime
from typing import Any

from django import forms

from exchange.offers.models import Offer
from exchange.prices.queries import Market
from exchange.trades.quoting import AllIn
from exchange.web.forms_amount import AmountField, decimals_of
from exchange.web.take_terms import terms_of


class TakeForm(forms.Form):
    """Three answers; the quote that was shown comes back beside them."""

    amount = AmountField(label="Amount")
    unit = forms.ChoiceField(label="Amount in", widget=forms.RadioSelect)
    method = forms.ChoiceField(label="Payment method")

    def __init__(self, data: Any, *, offer: Offer, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        choices = {
            "method": [(one.slug, one.name) for one in offer.methods.filter(is_active=True)],
            "unit": [("fiat", offer.currency_id), ("coin", offer.asset.symbol)],
        }
        for name, pairs in choices.items():
            self.fields[name].choices = pairs  # type: ignore[attr-defined]
        self.offer = offer

    def clean(self) -> dict[str, Any]:
        """Hold the amount against the decimals of its unit."""
        data = super().clean() or {}
        amount, is_fiat = data.get("amount"), data.get("unit") == "fiat"
        places = self.offer.currency.minor_units if is_fiat else self.offer.asset.decimals
        if amount is not None and decimals_of(amount) > places:
            self.add_error("amount", f"Use at most {places} decimals." if places else "Use whole numbers.")
        return data

    def terms(self, market: Market, *, now: datetime) -> AllIn:
        """Return what these answers would agree to. Raises `Conflict`, `Invalid`."""
        data = self.cleaned_data
        said = {"amount_fiat" if data["unit"] == "fiat" else "amount_coin": data["amount"]}
        return terms_of(self.offer, market=market, now=now, method=data["method"], **said)
