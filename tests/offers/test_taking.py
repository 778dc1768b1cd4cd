"""Quantity: reserved once, given back once, never more than there is. Gates and quotes."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import LazySettings

from exchange.accounts import actions as accounts
from exchange.core import clock
from exchange.core.errors import Conflict, DomainError, Invalid
from exchange.offers import actions, gates, quotes
from exchange.offers.models import Offer
from exchange.prices import queries as prices
from tests.builders import ben, carol, fixed, margin, market_price, offer, sara, unsigned_offer
from tests.parallel import at_once

pytestmark = pytest.mark.django_db
NOW = clock.now()
ETHER = 10**18


def left() -> int:
    return int(Offer.objects.get().remaining_units)


def test_what_is_reserved_is_gone_and_what_is_given_back_is_there_again() -> None:
    made = offer()
    actions.reserve(made.pk, version=1, units=ETHER // 2, now=NOW)
    assert left() == 3 * ETHER // 2
    actions.give_back(made.pk, units=ETHER // 2)
    assert left() == 2 * ETHER


def test_giving_back_twice_creates_nothing() -> None:
    made = offer()
    actions.give_back(made.pk, units=ETHER)
    assert left() == 2 * ETHER


@pytest.mark.parametrize("units", [0, -1])
def test_nothing_and_less_cannot_be_reserved(units: int) -> None:
    with pytest.raises(Invalid):
        actions.reserve(offer().pk, version=1, units=units, now=NOW)


def refused_reserve(made: Offer, *, version: int = 1, units: int = ETHER) -> str:
    with pytest.raises(Conflict) as refused:
        actions.reserve(made.pk, version=version, units=units, now=NOW)
    return refused.value.code


def test_each_refusal_says_what_happened() -> None:
    made = offer()
    assert refused_reserve(made, units=2 * ETHER + 1) == "not_enough_left"
    assert refused_reserve(made, version=2) == "offer_changed"
    actions.pause(made, by=sara().account, version=1, now=NOW)
    assert refused_reserve(made) == "offer_paused"
    actions.close(made, by=sara().account, version=1, now=NOW)
    assert refused_reserve(made) == "offer_gone"
    assert left() == 2 * ETHER


@pytest.mark.django_db(transaction=True)
def test_a_hundred_parallel_takers_of_the_last_unit_have_one_winner() -> None:
    made = offer()
    results = at_once(100, lambda _: actions.reserve(made.pk, version=1, units=2 * ETHER, now=NOW))
    assert results.count(None) == 1
    assert [getattr(result, "code", repr(result)) for result in results if result is not None] == [
        "not_enough_left"
    ] * 99
    assert left() == 0


@pytest.mark.django_db(transaction=True)
def test_parallel_takers_never_take_more_than_there_is() -> None:
    made = offer()
    piece = 3 * ETHER // 10
    results = at_once(40, lambda _: actions.reserve(made.pk, version=1, units=piece, now=NOW))
    assert results.count(None) == 6
    assert left() == 2 * ETHER - 6 * piece


@pytest.mark.django_db(transaction=True)
def test_an_edit_against_takes_leaves_each_with_what_they_signed_or_a_refusal() -> None:
    made = offer()

    def act(number: int) -> str:
        if number == 5:
            edited = actions.edit(made, by=sara().account, version=1, changes={"terms_text": "New."}, now=NOW)
            return f"edited to {edited.version}"
        actions.reserve(made.pk, version=1, units=ETHER // 100, now=NOW)
        return "taken"

    sara()
    results = at_once(30, act)
    codes = [result if isinstance(result, str) else getattr(result, "code", repr(result)) for result in results]
    assert set(codes) <= {"taken", "edited to 2", "offer_changed"}
    assert codes.count("edited to 2") == 1
    assert left() == 2 * ETHER - codes.count("taken") * (ETHER // 100)


def take_refused(made: Offer, **changes: Any) -> DomainError | None:
    facts: dict[str, Any] = {"amount_fiat": Decimal(250), "finished_trades": 0, "now": NOW}
    taker = changes.pop("taker", None) or ben().account
    try:
        gates.check_take(made, taker, **{**facts, **changes})
    except DomainError as error:
        return error
    return None


def code_of(error: DomainError | None) -> str | None:
    return None if error is None else error.code


def test_ben_may_take_saras_offer_and_sara_may_not() -> None:
    made = offer()
    assert take_refused(made) is None
    assert code_of(take_refused(made, taker=sara().account)) == "own_offer"


@pytest.mark.parametrize(
    ("amount", "code"),
    [("99.99", "below_minimum"), ("100.00", None), ("3000.00", None), ("3000.01", "above_maximum")],
)
def test_the_makers_limits_hold(amount: str, code: str | None) -> None:
    refused = take_refused(offer(), amount_fiat=Decimal(amount))
    assert code_of(refused) == code
    if refused is not None:
        assert isinstance(refused, Invalid)
        assert set(refused.fields) == {"/amount_fiat"}


def test_more_than_is_left_cannot_be_taken() -> None:
    made = offer()
    assert take_refused(made, units=2 * ETHER) is None
    refused = take_refused(made, units=2 * ETHER + 1)
    assert code_of(refused) == "not_enough_left"
    assert refused is not None
    assert refused.extra == {"remaining": str(2 * ETHER)}


def test_a_taker_needs_the_finished_trades_the_maker_asks_for() -> None:
    made = offer(min_finished_trades=5)
    refused = take_refused(made, finished_trades=4)
    assert refused is not None
    assert (refused.code, refused.message) == ("too_few_trades", "Needs 5 finished trades; you have 4.")
    assert take_refused(made, finished_trades=5) is None


def test_a_taker_has_only_so_many_open_takes(settings: LazySettings) -> None:
    made = offer()
    assert take_refused(made, open_takes=settings.MAX_OPEN_TAKES - 1) is None
    assert code_of(take_refused(made, open_takes=settings.MAX_OPEN_TAKES)) == "too_many_open_takes"


def test_states_are_told_apart() -> None:
    made = offer()
    assert code_of(take_refused(actions.pause(made, by=sara().account, version=1, now=NOW))) == "offer_paused"
    assert code_of(take_refused(actions.close(made, by=sara().account, version=1, now=NOW))) == "offer_gone"
    assert code_of(take_refused(unsigned_offer())) == "offer_gone"


def test_the_offer_of_a_barred_maker_is_paused() -> None:
    made = offer()
    accounts.bar(made.maker, by=carol().account, reason="test", now=NOW)
    assert code_of(take_refused(made)) == "offer_paused"


def test_a_stale_price_pauses_a_floating_offer_and_no_fixed_one() -> None:
    market_price("3000", age=61)
    stale = prices.market("ETH", "EUR", now=clock.now())
    assert code_of(take_refused(offer(price=margin(0)), market=stale)) == "price_paused"
    assert take_refused(offer(price=fixed("3000")), market=stale) is None


def test_an_offer_signed_under_another_fee_must_be_signed_again(settings: LazySettings) -> None:
    made = offer()
    settings.FEE_BPS = 99
    assert code_of(take_refused(made)) == "offer_changed"


def test_a_quote_holds_the_price_that_was_seen() -> None:
    market_price("3000")
    made = offer(price=margin(100))
    now = clock.now()
    quote = quotes.read_quote(quotes.make_quote(made, Decimal("250.00"), now), now)
    assert (quote.offer, quote.version, quote.price, quote.amount) == (made.code, 1, Decimal(3030), Decimal(250))
    assert quote.expires == clock.from_unix(clock.to_unix(now + quotes.LIFETIME))


@pytest.mark.parametrize(
    ("price", "code"),
    [("3000", None), ("3015", None), ("2985", None), ("3015.01", "price_changed"), ("2984.99", "price_changed")],
)
def test_a_price_that_moved_by_more_than_half_a_percent_is_asked_again(price: str, code: str | None) -> None:
    market_price("3000")
    made = offer(price=margin(0))
    now = clock.now()
    quote = quotes.read_quote(quotes.make_quote(made, Decimal(250), now), now)
    market_price(price)
    refused = take_refused(made, quote=quote, market=prices.market("ETH", "EUR", now=clock.now()), now=now)
    assert code_of(refused) == code
    if refused is not None:
        assert Decimal(refused.extra["old"]) == 3000
        assert Decimal(refused.extra["new"]) == Decimal(price)


def test_a_quote_grows_old() -> None:
    made = offer()
    token = quotes.make_quote(made, Decimal(250), NOW)
    with pytest.raises(Conflict) as refused:
        quotes.read_quote(token, NOW + quotes.LIFETIME + timedelta(seconds=1))
    assert refused.value.code == "quote_expired"


def test_a_quote_belongs_to_one_version_of_one_offer() -> None:
    market_price("3000")
    made, other = offer(), offer()
    quote = quotes.read_quote(quotes.make_quote(other, Decimal(250), NOW), NOW)
    market = prices.market("ETH", "EUR", now=clock.now())
    assert code_of(take_refused(made, quote=quote, market=market)) == "invalid"
    edited = actions.edit(other, by=sara().account, version=1, changes={"terms_text": "New."}, now=NOW)
    signed = actions.sign(edited, by=sara().account, signature=sara().sign(edited.typed_data), now=NOW)
    assert code_of(take_refused(signed, quote=quote, market=market)) == "offer_changed"


@pytest.mark.parametrize("token", ["", "x", "e30:forged", "💥"])
def test_a_forged_quote_is_refused(token: str) -> None:
    with pytest.raises(Invalid) as refused:
        quotes.read_quote(token, NOW)
    assert set(refused.value.fields) == {"/quote"}


def test_there_is_no_quote_while_the_price_is_paused() -> None:
    with pytest.raises(Conflict) as refused:
        quotes.make_quote(offer(price=margin(0)), Decimal(250), NOW)
    assert refused.value.code == "price_paused"
