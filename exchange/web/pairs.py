"""Which pair a reader looks at, and which main way of the site a page belongs to."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

COOKIE = "parley_pair"
YEAR = 365 * 24 * 3600
SECTIONS = {
    "home": "market",
    "market": "market",
    "offer": "market",
    "offer-take": "market",
    "offer-new": "offer-new",
    "offer-edit": "my-offers",
    "my-offers": "my-offers",
    "trades": "trades",
    "trade": "trades",
    "dispute": "trades",
    "notifications": "notifications",
    "stats": "stats",
    "stats-pair": "stats",
    "settings": "me",
    "profile": "me",
    "signin": "me",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A coin and a currency, by symbol and code."""

    asset: str
    currency: str


HOME = Pair("ETH", "EUR")


def remembered(request: HttpRequest) -> Pair:
    """Return the pair last looked at, else the home pair."""
    asset, _, currency = request.COOKIES.get(COOKIE, "").partition("-")
    if asset.isalnum() and currency.isalpha() and len(asset) <= 12 and len(currency) == 3:
        return Pair(asset.upper(), currency.upper())
    return HOME


def remember(response: HttpResponse, pair: Pair) -> None:
    """Keep the pair for the next visit; no secret, and nothing but the two names."""
    response.set_cookie(COOKIE, f"{pair.asset}-{pair.currency}", max_age=YEAR, samesite="Lax", httponly=True)


def section_of(view_name: str) -> str:
    """Return the main way a named page belongs to; empty for pages of none."""
    return SECTIONS.get(view_name, "")
