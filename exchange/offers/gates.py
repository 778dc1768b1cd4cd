"""Who may take an offer, and for how much. The book shows the same reasons that a take is refused with."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings

from exchange.accounts.models import Account
from exchange.accounts.policy import you_blocked
from exchange.core import money
from exchange.core.errors import Conflict, DomainError, Forbidden, Invalid
from exchange.offers.hours import WorkingHours, is_open
from exchange.offers.models import Hidden, Offer, OfferState, ParkedFormula
from exchange.offers.plain import plain
from exchange.offers.pricing import effective_price, rule_of
from exchange.offers.quotes import Quote
from exchange.offers.showing import hours_of
from exchange.offers.typed import is_consent_current
from exchange.prices.queries import Market


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What decides whether somebody may take an offer at all. `finished_trades` is None for an unknown visitor.

    `first_trade_max` is None when there is no such limit or the two have traded before; `amount` is fiat, if asked.
    """

    state: str
    is_own: bool
    is_maker_active: bool
    is_price_paused: bool
    min_finished_trades: int
    finished_trades: int | None
    hidden: str = Hidden.NOT
    hours: WorkingHours | None = None
    formula_problem: str = ParkedFormula.NOT
    first_trade_max: Decimal | None = None
    amount: Decimal | None = None
    currency: str = ""
    maker: str = "this trader"
    is_blocked: bool = False


def refusal(standing: Standing) -> DomainError | None:
    """Return why the offer cannot be taken, the most lasting reason first; None when it can."""
    if standing.state in {OfferState.CLOSED, OfferState.DRAFT}:
        return Conflict("This offer is gone.", code="offer_gone")
    if standing.is_own:
        return Forbidden("This is your own offer.", code="own_offer")
    if standing.is_blocked:
        return you_blocked()
    if standing.state == OfferState.PAUSED or not standing.is_maker_active:
        return Conflict("This offer is paused.", code="offer_paused")
    if standing.hidden == Hidden.BREAK:
        return Conflict("This trader takes a break. The offer comes back when they do.", code="maker_away")
    if standing.hidden == Hidden.HOURS and standing.hours is not None:
        return Conflict(f"This offer is open {standing.hours.words}.", code="outside_hours")
    needed, done = standing.min_finished_trades, standing.finished_trades
    if done is not None and done < needed:
        words = f"Needs {needed} finished trades; you have {done}."
        return Forbidden(words, code="too_few_trades", extra={"needed": needed, "finished": done})
    if standing.is_price_paused:
        return price_paused(standing.formula_problem)
    if standing.hidden == Hidden.EMPTY:
        return Conflict("Too little is left of this offer for its smallest trade.", code="not_enough_left")
    cap, amount = standing.first_trade_max, standing.amount
    if done is not None and cap is not None and amount is not None and amount > cap:
        words = f"First trades with {standing.maker} are limited to {plain(cap)} {standing.currency}."
        return Forbidden(words, code="first_trade_limit", extra={"limit": plain(cap)})
    return None


def price_paused(problem: str = ParkedFormula.NOT) -> Conflict:
    """Return the refusal of an offer without a price just now."""
    words = {
        ParkedFormula.UNDEFINED.value: "Price paused: the maker's formula gives no price just now.",
        ParkedFormula.OUT_OF_RANGE.value: "Price paused: the maker's formula lies too far from the market.",
    }.get(problem, "Price paused: the market price is too old. This offer can be taken when it is fresh again.")
    return Conflict(words, code="price_paused")


def check_take(
    offer: Offer,
    taker: Account,
    *,
    amount_fiat: Decimal,
    finished_trades: int,
    now: datetime,
    is_first_trade: bool = False,
    market: Market | None = None,
    units: int | None = None,
    open_takes: int = 0,
    quote: Quote | None = None,
) -> None:
    """Return if `taker` may take `amount_fiat` of `offer` now; quantity is claimed by `actions.reserve` afterwards.

    Raises `Conflict` (`offer_gone`, `offer_paused`, `offer_changed`, `price_paused`, `price_changed`,
    `not_enough_left`, `too_many_open_takes`, `maker_away`, `outside_hours`), `Forbidden` (`own_offer`,
    `too_few_trades`, `first_trade_limit`) or `Invalid` (`below_minimum`, `above_maximum`). With `market` the price is
    checked too, with `units` the quantity; `is_first_trade` says that the two have not finished a trade yet.
    """
    price = effective_price(rule_of(offer), market, now=now) if market is not None else None
    refused = refusal(
        Standing(
            state=offer.state,
            is_own=offer.maker_id == taker.pk,
            is_maker_active=offer.maker.is_active,
            is_price_paused=market is not None and price is None,
            min_finished_trades=offer.min_finished_trades,
            finished_trades=finished_trades,
            hidden=_hidden(offer, now=now),
            hours=hours_of(offer),
            formula_problem=offer.formula_problem,
            first_trade_max=offer.first_trade_max if is_first_trade else None,
            amount=amount_fiat,
            currency=offer.currency_id,
            maker=offer.maker.label,
        )
    )
    if refused is not None:
        raise refused
    if open_takes >= settings.MAX_OPEN_TAKES:
        raise Conflict(
            f"You have {open_takes} trades that wait for their coins; {settings.MAX_OPEN_TAKES} is the limit.",
            code="too_many_open_takes",
            extra={"used": open_takes, "limit": settings.MAX_OPEN_TAKES},
        )
    _check_limits(offer, amount_fiat)
    if units is not None and units > offer.remaining_units:
        raise not_enough_left(int(offer.remaining_units))
    if quote is not None and price is not None:
        check_quote(offer, quote, price=price, now=now)
    if not is_consent_current(offer):
        raise Conflict(
            "The arbiter, the fee or the contract of this site changed after the maker signed. The maker has to sign "
            "this offer again.",
            code="offer_changed",
        )


def check_quote(offer: Offer, quote: Quote, *, price: Decimal, now: datetime) -> None:
    """Refuse an old quote, one of another offer or version, or one the price has left behind. Raises `Conflict`."""
    if quote.offer != offer.code:
        raise Invalid(fields={"/quote": "This quote belongs to another offer."})
    if quote.expires <= now:
        raise Conflict("The price you saw is too old. Look at it again and decide anew.", code="quote_expired")
    if quote.version != offer.version:
        raise Conflict("The maker changed this offer since you looked.", code="offer_changed")
    if abs(price - quote.price) * money.BPS > quote.price * settings.PRICE_TOLERANCE_BPS:
        raise Conflict(
            "The price changed since you looked.",
            code="price_changed",
            extra={"old": format(quote.price, "f"), "new": format(price, "f")},
        )


def _hidden(offer: Offer, *, now: datetime) -> str:
    """Return why the offer is hidden at this very moment; the row knows it only from the last look."""
    if offer.hidden == Hidden.BREAK:
        return Hidden.BREAK
    return Hidden.NOT if is_open(hours_of(offer), now=now) else Hidden.HOURS


def not_enough_left(remaining: int) -> Conflict:
    """Return the refusal of more than is left; `remaining` is base units."""
    return Conflict(
        "Somebody was faster: less is left of this offer than you asked for.",
        code="not_enough_left",
        extra={"remaining": str(remaining)},
    )


def _check_limits(offer: Offer, amount_fiat: Decimal) -> None:
    places, code = offer.currency.minor_units, offer.currency_id
    if amount_fiat < offer.min_fiat:
        words = f"This offer starts at {offer.min_fiat:.{places}f} {code}."
        raise Invalid(words, code="below_minimum", fields={"/amount_fiat": words})
    if amount_fiat > offer.max_fiat:
        words = f"This offer ends at {offer.max_fiat:.{places}f} {code}."
        raise Invalid(words, code="above_maximum", fields={"/amount_fiat": words})
