"""Amounts: coins are whole numbers of base units, fiat and prices are `Decimal`, never binary fractions.

Crypto is cut, not rounded up, when shown, so that nobody reads more than there is. Fiat rounds half up to the
currency's minor unit, as banks do. Words use no-break spaces and the true minus sign.
"""

import re
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation, localcontext

from exchange.core.errors import Invalid

MAX_DIGITS = 78
BPS = 10_000
_PLAIN = re.compile(r"[0-9]{1,60}(\.[0-9]{1,36})?")


def parse_decimal(value: str, *, field: str, places: int | None = None, positive: bool = True) -> Decimal:
    """Return the number written in `value` in plain notation.

    No exponent, sign, blank, comma, NaN or infinity. Raises `Invalid` naming `field` (a JSON pointer).
    """
    if not isinstance(value, str) or not _PLAIN.fullmatch(value):
        raise Invalid(fields={field: "Write a plain decimal number such as 1250.50, without sign, exponent or comma."})
    try:
        number = Decimal(value)
    except InvalidOperation as error:  # pragma: no cover - the pattern above admits only what Decimal reads
        raise Invalid(fields={field: "This is not a number."}) from error
    if positive and number <= 0:
        raise Invalid(fields={field: "This must be more than zero."})
    exponent = number.as_tuple().exponent
    if places is not None and isinstance(exponent, int) and -exponent > places:
        raise Invalid(fields={field: f"Use at most {places} decimals."})
    return number


def to_units(amount: Decimal, *, decimals: int, field: str = "/amount") -> int:
    """Return `amount` coins as base units. Raises `Invalid` when it has more decimals than the asset."""
    with localcontext() as context:
        context.prec = MAX_DIGITS * 2
        scaled = amount.scaleb(decimals)
        if scaled != scaled.to_integral_value():
            raise Invalid(fields={field: f"This asset has {decimals} decimals; the number has more."})
        units = int(scaled)
    if units >= 2**128:
        raise Invalid(fields={field: "This is more than the escrow can hold."})
    return units


def from_units(units: int, *, decimals: int) -> Decimal:
    """Return base units as coins, exact."""
    with localcontext() as context:
        context.prec = MAX_DIGITS * 2
        return Decimal(units).scaleb(-decimals)


def coins_for(fiat: Decimal, *, price: Decimal, decimals: int) -> int:
    """Return how many base units `fiat` buys at `price` per coin, cut to whole units."""
    with localcontext() as context:
        context.prec = MAX_DIGITS * 2
        return int((fiat / price).scaleb(decimals).to_integral_value(rounding=ROUND_DOWN))


def fiat_for(units: int, *, price: Decimal, decimals: int, minor_units: int, up: bool = False) -> Decimal:
    """Return what `units` cost at `price` per coin, rounded half up (or up) to the currency's minor unit."""
    with localcontext() as context:
        context.prec = MAX_DIGITS * 2
        exact = from_units(units, decimals=decimals) * price
        return exact.quantize(Decimal(1).scaleb(-minor_units), rounding=ROUND_CEILING if up else ROUND_HALF_UP)


def round_fiat(amount: Decimal, *, minor_units: int) -> Decimal:
    """Return `amount` rounded half up to the currency's minor unit."""
    with localcontext() as context:
        context.prec = MAX_DIGITS * 2
        return amount.quantize(Decimal(1).scaleb(-minor_units), rounding=ROUND_HALF_UP)


def share(units: int, *, bps: int) -> int:
    """Return `bps` basis points of `units`, cut, exactly as the contract computes it."""
    return units * bps // BPS


def split(units: int, *, buyer_bps: int, fee_bps: int) -> tuple[int, int, int]:
    """Return (to buyer, to seller, fee) in base units: fee from the buyer's share only, conserved by subtraction."""
    gross = share(units, bps=buyer_bps)
    fee = share(gross, bps=fee_bps)
    return gross - fee, units - gross, fee
