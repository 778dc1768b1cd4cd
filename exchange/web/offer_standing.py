"""Where one's own offer stands, in words: shown to all, paused by its maker, or parked by a rule with the reason."""

from dataclasses import dataclass

from exchange.offers.book_rows import BookRow
from exchange.offers.models import Hidden, Offer, ParkedFormula
from exchange.offers.showing import hours_of
from exchange.web.chips import OFFER_CHIPS, Chip
from exchange.web.numbers import coins_words, fiat_words

WAITING = Chip("Paused by rule", "wait", "timer")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferStanding:
    """A chip, and why an active offer cannot be taken just now with what brings it back; no words when it can."""

    chip: Chip
    words: str = ""


def standing_words(offer: Offer, row: BookRow, *, must_sign: bool = False) -> OfferStanding:
    """Return where `offer` stands."""
    chip = OFFER_CHIPS.get(offer.state, OFFER_CHIPS["paused"])
    if offer.state != "active":
        return OfferStanding(chip=chip)
    if must_sign:
        return OfferStanding(chip=WAITING, words="The conditions of this site changed: sign it again.")
    words = _why(offer, row)
    if words:
        return OfferStanding(chip=WAITING, words=words)
    shared = "Only who has the link finds it." if offer.visibility == "link" else ""
    return OfferStanding(chip=chip, words=shared)


def _why(offer: Offer, row: BookRow) -> str:
    hours = hours_of(offer)
    if offer.hidden == Hidden.BREAK:
        return "You take a break. It comes back when you do."
    if offer.hidden == Hidden.HOURS and hours is not None:
        return f"Outside your working hours. Open {hours.words}."
    if offer.hidden == Hidden.EMPTY:
        left = coins_words(int(offer.remaining_units), decimals=offer.asset.decimals, symbol=offer.asset.symbol)
        least = fiat_words(offer.min_fiat, currency=offer.currency_id, minor_units=offer.currency.minor_units)
        return f"Left: {left}, which is less than your smallest trade of {least}. Edit the total or the smallest trade."
    if row.price is None:
        return {
            ParkedFormula.UNDEFINED.value: "Your formula gives no price just now. It is tried again by itself.",
            ParkedFormula.OUT_OF_RANGE.value: "Your formula lies too far from the market. It is tried again by itself.",
        }.get(offer.formula_problem, "The market price is too old. It comes back with the next fresh price.")
    return ""
