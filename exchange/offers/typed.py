"""The EIP-712 form of an offer: what a maker signs so that any copy of it can be verified without this node.

It covers every field a taker relies on, the version, and what the node will put into the contract's Terms: fee, time
to lock, and the arbiter, or for trades of more than `panelAbove` base units the panel. So the maker's one signature is
the consent to each take; a change of any of these needs a new one.
"""

from decimal import Decimal
from typing import Any

from django.conf import settings

from escrow import deployment
from escrow.terms import ZERO, TypedData
from exchange.offers.arbiters import panel_for
from exchange.offers.models import Offer
from exchange.offers.plain import plain
from exchange.offers.showing import hours_of

_MEMBERS = (
    "string id",
    "uint32 version",
    "address maker",
    "string side",
    "string asset",
    "address token",
    "string currency",
    "string priceType",
    "string fixedPrice",
    "int32 marginBps",
    "string floorPrice",
    "string ceilingPrice",
    "string priceFormula",
    "string minFiat",
    "string maxFiat",
    "uint256 totalAmount",
    "string[] paymentMethods",
    "string termsText",
    "uint40 lockWindow",
    "uint40 paymentWindow",
    "uint40 confirmWindow",
    "uint40 arbitrationWindow",
    "uint16 fallbackBuyerBps",
    "bool approveByHand",
    "uint32 minFinishedTrades",
    "string firstTradeMax",
    "string country",
    "string workingHours",
    "address arbiter",
    "address panel",
    "uint256 panelAbove",
    "address feeRecipient",
    "uint16 feeBps",
)
_DOMAIN = ("string name", "string version", "uint256 chainId", "address verifyingContract")


def offer_typed_data(offer: Offer, *, methods: tuple[str, ...] | None = None) -> TypedData:
    """Return the complete `eth_signTypedData_v4` object of `offer`; `methods` spares a query when they are at hand.

    Prices and fiat amounts are decimal text, absent parts empty text; `totalAmount` is base units as decimal text.
    """
    slugs = sorted(methods if methods is not None else offer.methods.values_list("slug", flat=True))
    minor_units = offer.currency.minor_units
    hours, panel = hours_of(offer), panel_for(offer.asset)
    message: dict[str, Any] = {
        "id": offer.code,
        "version": offer.version,
        "maker": offer.maker.address,
        "side": str(offer.side),
        "asset": offer.asset.symbol,
        "token": offer.asset.token or ZERO,
        "currency": offer.currency_id,
        "priceType": str(offer.price_type),
        "fixedPrice": _price(offer.fixed_price),
        "marginBps": offer.margin_bps or 0,
        "floorPrice": _price(offer.floor_price),
        "ceilingPrice": _price(offer.ceiling_price),
        "priceFormula": offer.formula,
        "minFiat": f"{offer.min_fiat:.{minor_units}f}",
        "maxFiat": f"{offer.max_fiat:.{minor_units}f}",
        "totalAmount": str(int(offer.total_units)),
        "paymentMethods": slugs,
        "termsText": offer.terms_text,
        "lockWindow": settings.LOCK_WINDOW,
        "paymentWindow": offer.payment_window,
        "confirmWindow": offer.confirm_window,
        "arbitrationWindow": offer.arbitration_window,
        "fallbackBuyerBps": offer.fallback_buyer_bps,
        "approveByHand": offer.approve_by_hand,
        "minFinishedTrades": offer.min_finished_trades,
        "firstTradeMax": "" if offer.first_trade_max is None else f"{offer.first_trade_max:.{minor_units}f}",
        "country": offer.country,
        "workingHours": hours.text if hours else "",
        "arbiter": settings.ARBITER_ADDRESS or ZERO,
        "panel": panel.address if panel else ZERO,
        "panelAbove": str(panel.above if panel else 0),
        "feeRecipient": settings.FEE_RECIPIENT or ZERO,
        "feeBps": settings.FEE_BPS,
    }
    domain = {
        "name": "Parley",
        "version": "1",
        "chainId": settings.CHAIN_ID,
        "verifyingContract": deployment.contract_address(),
    }
    types = {"EIP712Domain": [_member(one) for one in _DOMAIN], "Offer": [_member(one) for one in _MEMBERS]}
    return {"types": types, "primaryType": "Offer", "domain": domain, "message": message}


def is_consent_current(offer: Offer) -> bool:
    """Return whether what the maker signed is still what a take would be made of."""
    return bool(offer.signature) and offer.typed_data == offer_typed_data(offer)


def _price(price: Decimal | None) -> str:
    """Return a price as plain text; empty for none."""
    return "" if price is None else plain(price)


def _member(text: str) -> Any:
    kind, name = text.split()
    return {"name": name, "type": kind}
