"""What the two sides agree on: the contract's Terms, and the salted hash in them of what happens off chain. Pure."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from escrow.terms import ZERO, Terms
from exchange.core import clock
from exchange.core.hashing import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the node brings into every trade: arbiter, fee and windows (seconds)."""

    arbiter: str
    fee_recipient: str
    fee_bps: int
    lock_window: int
    pay_margin: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """What a take fixes. `units` are base units, `fiat` and `price` units of the currency, windows seconds."""

    seller: str
    buyer: str
    token: str
    units: int
    fiat: Decimal
    price: Decimal
    asset: str
    currency: str
    method: str
    offer: str
    offer_version: int
    payment_window: int
    confirm_window: int
    arbitration_window: int
    fallback_buyer_bps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The Terms, the preimage of `terms.details`, and the two deadlines that people are shown."""

    terms: Terms
    details: dict[str, Any]
    lock_by: datetime
    pay_by: datetime


def draw_up(deal: Deal, house: House, *, now: datetime) -> Agreement:
    """Return the agreement of `deal` made at `now`, with fresh 256-bit salts.

    On chain the buyer may mark paid until `payBy`; on screen the time ends `pay_margin` earlier, so that a relayed
    `markPaid` is still mined.
    """
    lock_by = clock.to_unix(now) + house.lock_window
    pay_by = lock_by + deal.payment_window
    details = describe(deal, salt=secrets.token_hex(32))
    terms = Terms(
        seller=deal.seller,
        buyer=deal.buyer,
        token=deal.token or ZERO,
        amount=deal.units,
        arbiter=house.arbiter,
        fee_recipient=house.fee_recipient or ZERO,
        fee_bps=house.fee_bps,
        pay_by=pay_by + house.pay_margin,
        confirm_window=deal.confirm_window,
        arbitration_window=deal.arbitration_window,
        fallback_buyer_bps=deal.fallback_buyer_bps,
        details=hash_details(details),
        salt=secrets.randbits(256),
    )
    return Agreement(terms=terms, details=details, lock_by=clock.from_unix(lock_by), pay_by=clock.from_unix(pay_by))


def describe(deal: Deal, *, salt: str) -> dict[str, Any]:
    """Return what was agreed off chain as a JSON object; the salt keeps others from guessing it by its hash."""
    return {
        "v": 1,
        "asset": deal.asset,
        "currency": deal.currency,
        "amount_fiat": format(deal.fiat, "f"),
        "price": format(deal.price, "f"),
        "method": deal.method,
        "offer": deal.offer,
        "offer_version": deal.offer_version,
        "salt": salt,
    }


def hash_details(details: dict[str, Any]) -> str:
    """Return `terms.details`: 0x-hex SHA-256 of the RFC 8785 form of `details`."""
    return "0x" + hashlib.sha256(canonical(details)).hexdigest()
