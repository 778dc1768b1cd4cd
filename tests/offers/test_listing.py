"""In the book and out of it: working hours, breaks, remainders and formulas, each woken again; links stay private."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from exchange.core import clock
from exchange.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from exchange.offers import actions, gates, listing, quotes
from exchange.offers.book import book
from exchange.offers.drafts import HoursDraft, PriceDraft, draft_of
from exchange.offers.models import Offer
from exchange.offers.queries import offer_by_code
from exchange.prices import queries as prices
from tests.builders import ben, draft, fixed, mallory, margin, market_price, offer, sara

pytestmark = pytest.mark.django_db
ETHER = 10**18
DAY = timedelta(days=1)


def formula(text: str, **limits: str) -> PriceDraft:
    return PriceDraft(type="formula", text=text, **limits)


def listed(**query: Any) -> list[str]:
    return [row.code for row in book(side="buy", asset="ETH", currency="EUR", now=clock.now(), **query).items]


def take_refused(made: Offer, amount: str = "250", **changes: Any) -> str | None:
    facts: dict[str, Any] = {"amount_fiat": Decimal(amount), "finished_trades": 0, "now": clock.now()}
    try:
        gates.check_take(made, ben().account, **{**facts, **changes})
    except DomainError as error:
        return error.code
    return None


def test_a_break_hides_every_offer_and_an_end_brings_them_back() -> None:
    made = [offer(), offer()]
    other = offer(ben())
    assert listing.take_break(by=sara().account, until=None, now=clock.now()) == 2
    assert listed() == [other.code]
    made[0].refresh_from_db()
    assert take_refused(made[0]) == "maker_away"
    assert listing.end_break(by=sara().account, now=clock.now()) == 2
    assert listed() == [made[0].code, made[1].code, other.code]
    assert listing.end_break(by=sara().account, now=clock.now()) == 0


def test_a_break_of_an_hour_ends_by_itself() -> None:
    made, now = offer(), clock.now()
    listing.take_break(by=sara().account, until=now + listing.SHORT_BREAK, now=now)
    assert listing.turn_due(now=now + timedelta(minutes=59)) == 0
    assert listed() == []
    assert listing.turn_due(now=now + timedelta(minutes=60)) == 1
    assert listed() == [made.code]
    assert listing.break_of(sara().account, now=now) is None


def test_an_offer_published_during_a_break_waits_for_its_end() -> None:
    listing.take_break(by=sara().account, until=None, now=clock.now())
    made = offer()
    assert listed() == []
    listing.end_break(by=sara().account, now=clock.now())
    assert listed() == [made.code]


def test_a_break_has_an_end_that_can_be_meant() -> None:
    for until in (clock.now() - DAY, clock.now() + 91 * DAY):
        with pytest.raises(Invalid):
            listing.take_break(by=sara().account, until=until, now=clock.now())


def test_outside_its_hours_an_offer_is_hidden_and_cannot_be_taken() -> None:
    now = clock.now()
    yesterday = now.isoweekday() - 1 or 7
    closed = HoursDraft(start="08:00", end="08:01", time_zone="UTC", days=(yesterday,))
    made = offer(working_hours=closed)
    assert (made.hidden, made.turns_at is not None) == ("hours", True)
    assert listed() == []
    assert take_refused(made) == "outside_hours"
    assert made.turns_at is not None
    opens = made.turns_at
    assert listing.turn_due(now=opens) == 1
    assert listed() == [made.code]
    assert listing.turn_due(now=opens + timedelta(seconds=60)) == 1
    assert listed() == []


def test_the_gate_knows_the_hour_even_before_the_beat_does() -> None:
    made = offer(working_hours=HoursDraft(start="00:00", end="24:00", time_zone="UTC"))
    Offer.objects.filter(pk=made.pk).update(open_days=1 << (clock.now().isoweekday() % 7))
    made.refresh_from_db()
    assert made.hidden == ""
    assert take_refused(made) == "outside_hours"


def test_what_is_left_below_the_smallest_trade_leaves_the_book_and_comes_back() -> None:
    made = offer(price=fixed("3000"), min_fiat="300.00")
    taken = 2 * ETHER - ETHER // 11  # 272 EUR are left
    actions.reserve(made.pk, version=1, units=taken, price=Decimal(3000), now=clock.now())
    made.refresh_from_db()
    assert made.hidden == "empty"
    assert listed() == []
    actions.give_back(made.pk, units=taken)
    assert listed() == [made.code]


def test_a_floating_remainder_is_looked_at_again_before_its_price_can_double() -> None:
    market_price("3000")
    made = offer(price=margin(0), min_fiat="300.00")
    now = clock.now()
    actions.reserve(made.pk, version=1, units=2 * ETHER - ETHER // 40, price=Decimal(3000), now=now)
    made.refresh_from_db()
    assert made.hidden == "empty"
    market_price("13000")
    assert made.turns_at is not None
    assert listing.turn_due(now=clock.now() + timedelta(seconds=1)) == 0
    Offer.objects.filter(pk=made.pk).update(turns_at=clock.now())
    assert listing.turn_due(now=clock.now()) == 1
    assert listed() == [made.code]


def test_an_offer_by_link_is_found_by_its_link_only() -> None:
    made = offer(visibility="link")
    assert listed() == []
    assert listed(maker=sara().account) == []
    for viewer in (None, ben().account, mallory().account):
        for key in (None, "", "x", made.link_key[:-1], made.link_key.swapcase() + "é"):
            with pytest.raises(NotFound):
                offer_by_code(made.code, viewer=viewer, key=key)
        assert offer_by_code(made.code, viewer=viewer, key=made.link_key) == made
    assert offer_by_code(made.code, viewer=sara().account) == made
    assert len(made.link_key) >= 22
    assert offer(visibility="link").link_key != made.link_key


def test_first_trades_are_capped_until_the_two_have_finished_one() -> None:
    made = offer(first_trade_max="200.00")
    assert take_refused(made, "250", is_first_trade=True) == "first_trade_limit"
    assert take_refused(made, "200", is_first_trade=True) is None
    assert take_refused(made, "250", is_first_trade=False) is None
    with pytest.raises(Forbidden) as refused:
        gates.check_take(
            made, ben().account, amount_fiat=Decimal(250), finished_trades=9, is_first_trade=True, now=clock.now()
        )
    assert refused.value.message == "First trades with Sara are limited to 200 EUR."
    seen = {"amount": Decimal(250), "viewer": ben().account, "finished_trades": 0}
    (row,) = book(side="buy", asset="ETH", currency="EUR", now=clock.now(), **seen).items
    assert row.reason == "First trades with Sara are limited to 200 EUR."
    assert listed(**seen, takeable=True) == []
    assert listed(**seen, takeable=True, partners=frozenset({sara().account.pk})) == [made.code]


def test_a_formula_gives_a_price_between_its_limits() -> None:
    market_price("3000")
    made = offer(price=formula("median(market(ETH/EUR), test-0(ETH/EUR)) * 1.02", ceiling="3050"))
    assert (made.formula_price, made.formula_problem) == (Decimal(3050), "")
    (row,) = book(side="buy", asset="ETH", currency="EUR", now=clock.now()).items
    assert (row.price, row.takeable, row.price_type) == (Decimal(3050), True, "formula")
    assert draft_of(made).price == formula("median(market(ETH/EUR), test-0(ETH/EUR)) * 1.02", ceiling="3050")


def test_a_reading_of_prices_moves_the_formulas_and_a_take_reckons_once_more() -> None:
    market_price("3000")
    made = offer(price=formula("market(ETH/EUR) + 10"))
    market_price("3100")
    now = clock.now()
    quote = quotes.read_quote(quotes.make_quote(made, Decimal(250), now), now)
    assert quote.price == Decimal(3110)
    assert listing.reckon_formulas(now=now) == 1
    (row,) = book(side="buy", asset="ETH", currency="EUR", now=clock.now()).items
    assert row.price == Decimal(3110)
    assert listing.reckon_formulas(now=now) == 0


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("10000 / (market(ETH/EUR) - 3000)", "undefined"),
        ("market(ETH/EUR) - 3000", "undefined"),
        ("market(ETH/EUR) * 3", "out-of-range"),
        ("market(ETH/EUR) / 3", "out-of-range"),
    ],
)
def test_a_formula_without_a_usable_price_is_parked_with_the_reason_and_woken(text: str, problem: str) -> None:
    market_price("3000")
    made = offer(price=formula(text))
    assert (made.formula_price, made.formula_problem) == (None, problem)
    (row,) = book(side="buy", asset="ETH", currency="EUR", now=clock.now()).items
    assert (row.takeable, row.reason_code) == (False, "price_paused")
    assert "formula" in (row.reason or "")
    with pytest.raises(Conflict):
        quotes.make_quote(made, Decimal(250), clock.now())
    Offer.objects.filter(pk=made.pk).update(formula="market(ETH/EUR) * 1.01")
    listing.reckon_formulas(now=clock.now())
    (row,) = book(side="buy", asset="ETH", currency="EUR", now=clock.now()).items
    assert (row.takeable, row.price) == (True, Decimal(3030))


def test_old_sources_pause_a_formula_without_any_beat() -> None:
    market_price("3000")
    made = offer(price=formula("market(ETH/EUR)"))
    assert made.formula_until is not None
    later = made.formula_until + timedelta(seconds=1)
    (row,) = book(side="buy", asset="ETH", currency="EUR", now=later).items
    assert (row.takeable, row.reason_code, row.price) == (False, "price_paused", None)
    market_price("3000", age=120)
    listing.reckon_formulas(now=clock.now())
    made.refresh_from_db()
    assert (made.formula_price, made.formula_problem) == (None, "stale")


@pytest.mark.parametrize(
    "text", ["", "market(ETH/EUR", "krakken(ETH/EUR)", "market(BTC/XXX)", "__import__('os')", "x" * 501, "1e400"]
)
def test_what_is_no_formula_is_named_with_its_place(text: str) -> None:
    market_price("3000")
    with pytest.raises(Invalid) as refused:
        actions.create(by=sara().account, draft=draft(price=formula(text)), now=clock.now())
    assert set(refused.value.fields) == {"/price/text"}


def test_formula_offers_of_a_maker_are_few() -> None:
    market_price("3000")
    for _ in range(10):
        offer(price=formula("market(ETH/EUR)"))
    with pytest.raises(Conflict) as refused:
        offer(price=formula("market(ETH/EUR)"))
    assert refused.value.code == "too_many_formulas"
    one = offer(price=fixed("3000"))
    with pytest.raises(Conflict):
        actions.edit(one, by=sara().account, version=1, changes={"price": formula("market(ETH/EUR)")}, now=clock.now())


def test_the_market_is_read_once_more_for_the_makers_warning() -> None:
    market_price("3000")
    with pytest.raises(Invalid) as refused:
        actions.create(
            by=sara().account,
            draft=draft(price=formula("market(ETH/EUR) * 0.8"), accept_far_price=False),
            now=clock.now(),
        )
    assert refused.value.code == "far_from_market"
    assert "You would lose 1,200.00 EUR on 2 ETH." in refused.value.fields["/price"]
    assert prices.market("ETH", "EUR", now=clock.now()).price == 3000
