"""From the setting to the adapters."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from exchange.prices.sources import demo
from exchange.prices.sources.base import PriceSource

_FAMILIES = {"demo": demo.demo_sources}


def configured_sources() -> tuple[PriceSource, ...]:
    """Return the sources that `settings.PRICE_SOURCES` names; none means that market prices are stale.

    Raises `ImproperlyConfigured` for an unknown name, and for demo prices outside the demo.
    """
    sources: list[PriceSource] = []
    for name in settings.PRICE_SOURCES:
        if name not in _FAMILIES:
            raise ImproperlyConfigured(f"PRICE_SOURCES names {name!r}; there is: {', '.join(sorted(_FAMILIES))}.")
        if name == "demo" and not settings.DEMO:
            raise ImproperlyConfigured("PRICE_SOURCES names demo prices, which exist in demo mode only.")
        sources += _FAMILIES[name]()
    return tuple(sources)


def label() -> str:
    """Return what market prices are called on screen: "Demo prices" in the demo, else nothing."""
    return demo.LABEL if "demo" in settings.PRICE_SOURCES else ""
