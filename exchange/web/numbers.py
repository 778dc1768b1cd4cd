"""Amounts in words for people: coins are cut and never rounded up, fiat has its currency's minor units.

Every amount keeps together (no-break spaces), a minus is U+2212, and a price is said against the market in words,
because a sign means opposite luck to buyer and seller.
"""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext

from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_decimal
from django.utils.translation import get_language

from exchange.core.money import BPS, MAX_DIGITS, from_units

NBSP = "\u00a0"
MINUS = "\u2212"
# Decimals a coin amount is cut to; tinier amounts keep as many significant digits.
COIN_PLACES = 6
LEAST_PLACES = 2


def locale_name() -> str:
    """Return Babel's name of the active language, English where Babel has none."""
    language = (get_language() or "en").replace("-", "_")
    try:
        return str(Locale.parse(language))
    except (UnknownLocaleError, ValueError):
        return "en"


def number_words(number: Decimal, *, least: int = 0, most: int = 36) -> str:
    """Return `number` grouped for the reader's language, with at least and at most so many decimals (cut)."""
    with localcontext() as context:
        context.prec = MAX_DIGITS * 2
        cut = number.quantize(Decimal(1).scaleb(-most), rounding=ROUND_DOWN)
        pattern = "#,##0" + ("." + "0" * least + "#" * (most - least) if most else "")
        text: str = format_decimal(cut, format=pattern, locale=locale_name(), decimal_quantization=False)
    return text.replace("-", MINUS).replace(" ", NBSP)


def coins_words(units: int, *, decimals: int, symbol: str, is_stable: bool = False, full: bool = False) -> str:
    """Return base units as coins with the symbol: `0.080092 ETH`; `full` keeps every decimal there is."""
    coins = from_units(int(units), decimals=decimals)
    if full:
        places = decimals
    elif is_stable:
        places = LEAST_PLACES
    else:
        places = COIN_PLACES
        if coins and abs(coins) < Decimal("0.0001"):
            places = COIN_PLACES - 1 - coins.adjusted()
    places = min(places, decimals)
    return f"{number_words(coins, least=min(LEAST_PLACES, places), most=places)}{NBSP}{symbol}"


def fiat_words(amount: Decimal, *, currency: str, minor_units: int) -> str:
    """Return money with its ISO code: `3,121.40 EUR`, `12,500 JPY`."""
    with localcontext() as context:
        context.prec = MAX_DIGITS
        rounded = Decimal(amount).quantize(Decimal(1).scaleb(-minor_units), rounding=ROUND_HALF_UP)
    return f"{number_words(rounded, least=minor_units, most=minor_units)}{NBSP}{currency}"


def range_words(least: Decimal, most: Decimal, *, currency: str, minor_units: int) -> str:
    """Return `50 to 1,000 EUR`; minor units are left out where both numbers are whole."""
    whole = least == least.to_integral_value() and most == most.to_integral_value()
    places = 0 if whole else minor_units
    low, high = (number_words(number, least=places, most=places) for number in (least, most))
    return f"{low} to {high}{NBSP}{currency}"


def distance_words(bps: int) -> str:
    """Return a margin in words: `1.4% above market`, `at market`."""
    if bps == 0:
        return "at market"
    return f"{percent_words(abs(bps))} {'above' if bps > 0 else 'below'} market"


def ordinal_words(place: int) -> str:
    """Return `1st`, `22nd`, `113th`."""
    ending = "th" if 10 < place % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{number_words(Decimal(place), most=0)}{ending}"


def percent_words(bps: int) -> str:
    """Return basis points as percent: `1.4%`, `50%`, `0.25%`."""
    return f"{number_words(Decimal(bps) / 100, most=2)}%"


def plain_percent(bps: int) -> str:
    """Write basis points as a bare percentage, as a number field takes it: `60`, `33.33`."""
    return f"{(Decimal(bps) / 100).normalize():f}"


def market_bps(price: Decimal, market: Decimal) -> int:
    """Return how far `price` lies from `market`, in basis points, rounded half up to a tenth of a percent."""
    with localcontext() as context:
        context.prec = MAX_DIGITS
        tenths = ((price - market) / market * 1000).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return int(tenths) * (BPS // 1000)


def price_words(price: Decimal | None, market: Decimal | None) -> str:
    """Return `1.4% above market`, `0.3% below market` or `at market`; nothing where there is no market price."""
    if price is None or not market:
        return ""
    return distance_words(market_bps(price, market))


def luck_words(price: Decimal | None, market: Decimal | None, *, buys: bool) -> str:
    """Return what the distance from the market means for a reader who buys (or sells) the coin."""
    if price is None or not market:
        return ""
    bps = market_bps(price, market)
    if bps == 0:
        return "You trade at the market price."
    if buys:
        return "You pay more than market." if bps > 0 else "You pay less than market."
    return "You get more than market." if bps > 0 else "You get less than market."
