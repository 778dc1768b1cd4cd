"""Who judges a trade: the site's arbiter, or for large amounts the panel, of whom several must sign a ruling."""

from dataclasses import dataclass

from django.conf import settings

from exchange.catalog.models import Asset
from exchange.offers.plain import plain


@dataclass(frozen=True, slots=True)
class Panel:
    """A contract wallet (a Safe) that rules on every trade of more than `above` base units, which are `coins`."""

    address: str
    above: int
    coins: str


def panel_for(asset: Asset) -> Panel | None:
    """Return the panel for trades of `asset`, None where this site names none (`PANEL_ADDRESS`, `PANEL_ABOVE`)."""
    above = settings.PANEL_ABOVE.get(asset.symbol)
    if not settings.PANEL_ADDRESS or above is None:
        return None
    # Cut, not refused: an operator's digit too many must not stop every trade of this asset.
    units = int(above.scaleb(asset.decimals))
    return Panel(address=settings.PANEL_ADDRESS, above=units, coins=plain(above))


def arbiter_for(asset: Asset, units: int) -> str:
    """Return the address that the Terms of a trade of `units` base units name as arbiter."""
    panel = panel_for(asset)
    return panel.address if panel is not None and units > panel.above else str(settings.ARBITER_ADDRESS)
