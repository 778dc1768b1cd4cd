"""Whose account pays: the buyer commits to a name before reading the seller's details, and the seller can check it.

Money from a third party is how buyers are used to pay for somebody else's trade. The server keeps a salted SHA-256 and
boxes it cannot open; the seller's browser compares the name in its box with the hash.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from exchange.accounts.models import Account
from exchange.core.errors import Conflict, Forbidden, Invalid, NotFound
from exchange.trades import queries
from exchange.trades.actions import note
from exchange.trades.decide import Side
from exchange.trades.models import PayerName, Trade
from exchange.trades.reading import open_trade
from exchange.trades.states import BEFORE_LOCK, State

# Rails whose payments carry a name.
NAMED_RAILS = frozenset({"bank-transfer", "instant-bank", "card-wallet", "mobile-money"})
MOST_READERS = 4
_HEX32 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """`is_early`: given while nothing was locked, so before the seller's details could be read."""

    commitment: str
    sealed: Mapping[str, str]
    at: datetime
    is_early: bool


def commit_name(code: str, *, by: Account, commitment: str, sealed: Mapping[str, str], now: datetime) -> PayerName:
    """Store the buyer's commitment; the same one again adds readers.

    Raises `NotFound`, `Forbidden`, `Invalid`, or `Conflict` (`too_late`, `payer_fixed`).
    """
    trade = queries.trade_for(code, account=by)
    if queries.role_of(trade, account=by).side is not Side.BUYER:
        raise Forbidden("Only the buyer says whose account pays.", code="wrong_role")
    _check(commitment, sealed)
    with transaction.atomic():
        known = PayerName.objects.select_for_update().filter(trade=trade).first()
        if known is not None:
            if known.commitment != commitment:
                raise Conflict("You have named the paying account already; it cannot be changed.", code="payer_fixed")
            known.sealed = {**sealed, **known.sealed}
            known.save(update_fields=["sealed"])
            return known
        if trade.state not in BEFORE_LOCK | {State.FUNDED}:
            raise Conflict("The payment is marked already; the name comes before it.", code="too_late")
        made = PayerName.objects.create(trade=trade, commitment=commitment, sealed=dict(sealed), at=now)
        note(trade, kind="payer_named", by=by.address, facts={"commitment": commitment}, now=now)
    return made


def is_owed(trade: Trade) -> bool:
    """Return whether the buyer must name the paying account before reading where to pay.

    Without that order a buyer could learn the seller's details first and then name whoever's account is at hand.
    """
    if trade.method.rail not in NAMED_RAILS or trade.state != State.FUNDED:
        return False
    return not PayerName.objects.filter(trade=trade).exists()


def commitment_of(code: str, *, account: Account) -> Commitment:
    """Return the commitment of a trade for its parties and the arbiter of its case. Raises `NotFound`."""
    trade = open_trade(code, account=account, act="payer.read")
    row = PayerName.objects.filter(trade=trade).first()
    if row is None:
        raise NotFound("The buyer has not named the paying account.")
    is_early = trade.funded_at is None or row.at < trade.funded_at
    return Commitment(commitment=row.commitment, sealed=dict(row.sealed), at=row.at, is_early=is_early)


def _check(commitment: str, sealed: Mapping[str, str]) -> None:
    wrong: dict[str, str] = {}
    if not _HEX32.fullmatch(commitment):
        wrong["/commitment"] = "This is a SHA-256 of 64 hex digits."
    if not 1 <= len(sealed) <= MOST_READERS or not all(
        _HEX32.fullmatch(reader) and _is_box(box) for reader, box in sealed.items()
    ):
        wrong["/sealed"] = "Seal name and salt to public keys of this trade, in base64."
    if wrong:
        raise Invalid(fields=wrong)


def _is_box(text: str) -> bool:
    try:
        return 48 < len(base64.b64decode(text, validate=True)) <= 1024
    except (binascii.Error, ValueError):
        return False
