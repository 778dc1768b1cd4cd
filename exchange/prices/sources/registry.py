"""From the settings to the adapters."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from exchange.prices.sources import demo, exchanges, feeds
from exchange.prices.sources.base import PriceSource, RateSource
from exchange.prices.sources.rates import ECB_URL, ReferenceRates


def configured_sources() -> tuple[PriceSource, ...]:
    """Return the sources that `settings.PRICE_SOURCES` names, ready to be read; the worker asks for them.

    Raises `ImproperlyConfigured` for an unknown name, a missing or bad part, and for demo prices outside the demo.
    """
    makers: dict[str, Callable[[], tuple[PriceSource, ...]]] = {"demo": _demo, feeds.NAME: _feeds}
    makers |= {venue: lambda venue=venue: (_exchange(venue),) for venue in exchanges.VENUES}  # type: ignore[misc]
    sources: list[PriceSource] = []
    for name in settings.PRICE_SOURCES:
        if name not in makers:
            raise ImproperlyConfigured(f"PRICE_SOURCES names {name!r}; there is: {', '.join(sorted(makers))}.")
        sources += makers[name]()
    return tuple(sources)


def configured_rates() -> tuple[RateSource, ...]:
    """Return the sources of reference rates. Raises `ImproperlyConfigured` for one without an address."""
    urls = {"ecb": ECB_URL} | _table("RATE_URLS")
    for name in settings.RATE_SOURCES:
        if name not in urls:
            raise ImproperlyConfigured(f"RATE_SOURCES names {name!r}; give its address in RATE_URLS: {name}=https://…")
    return tuple(ReferenceRates(name, urls[name]) for name in settings.RATE_SOURCES)


def label() -> str:
    """Return what market prices are called on screen: "Demo prices" in the demo, else nothing."""
    return demo.LABEL if "demo" in settings.PRICE_SOURCES else ""


def _demo() -> tuple[PriceSource, ...]:
    if not settings.DEMO:
        raise ImproperlyConfigured("PRICE_SOURCES names demo prices, which exist in demo mode only.")
    return demo.demo_sources()


def _exchange(venue: str) -> PriceSource:
    pairs = tuple(_pair(text, setting="PRICE_PAIRS") for text in settings.PRICE_PAIRS)
    exchanges.load()
    return exchanges.ExchangeSource(venue, pairs, _table("PRICE_URLS").get(venue, ""))


def _feeds() -> tuple[PriceSource, ...]:
    found = []
    for pair, address in _table("PRICE_FEEDS").items():
        asset, currency = _pair(pair, setting="PRICE_FEEDS")
        found.append(feeds.Feed(asset=asset, currency=currency, address=address))
    if not found:
        raise ImproperlyConfigured("PRICE_SOURCES names chainlink; give its feeds in PRICE_FEEDS: ETH/USD=0x…")
    return (
        feeds.FeedSource(
            feeds=tuple(found),
            rpc_urls=tuple(settings.PRICE_FEED_RPC_URLS),
            chain_id=settings.PRICE_FEED_CHAIN_ID,
            heartbeat=settings.PRICE_FEED_HEARTBEAT,
        ),
    )


def _table(setting: str) -> dict[str, str]:
    """Return the `name=value` items of a setting."""
    rows = [item.partition("=") for item in getattr(settings, setting)]
    for name, sign, value in rows:
        if not sign or not name or not value:
            raise ImproperlyConfigured(f"{setting} holds {name!r}; write name=value, separated by commas.")
    return {name.strip(): value.strip() for name, _, value in rows}


def _pair(text: str, *, setting: str) -> tuple[str, str]:
    asset, sign, currency = text.upper().partition("/")
    if not sign or not asset.isalnum() or len(currency) != 3 or not currency.isalpha():
        raise ImproperlyConfigured(f"{setting} holds {text!r}; write a pair as ETH/EUR.")
    return asset, currency
