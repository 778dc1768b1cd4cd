"""What reputation says of makers, written onto their offers so that the book can be read in its order."""

from exchange.offers.models import SPEED_UNKNOWN, Offer


def write_standing(maker_id: int, *, trust: int, median_release: int | None) -> None:
    """Note a maker's trust (basis points) and median time to release (seconds) on all offers that may be shown."""
    speed = SPEED_UNKNOWN if median_release is None else min(median_release, SPEED_UNKNOWN - 1)
    offers = Offer.objects.filter(maker_id=maker_id).exclude(state="closed")
    offers.exclude(maker_trust=trust, maker_speed=speed).update(maker_trust=trust, maker_speed=speed)
