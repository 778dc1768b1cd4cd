"""What reputation comes to on the offers themselves, by which the book is sorted."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.core import clock
from exchange.offers.models import SPEED_UNKNOWN, Offer
from exchange.offers.standings import write_standing
from exchange.reputation import actions, handlers
from exchange.reputation.formula import trust
from exchange.reputation.models import Standing
from tests import trade_builders as make
from tests.builders import ben, offer, sara

counts = st.integers(0, 5000)


@given(finished=counts, abandoned=counts, lost=counts)
def test_trust_lies_in_its_bounds_and_grows_with_every_finished_trade(finished: int, abandoned: int, lost: int) -> None:
    told = trust(finished, abandoned, lost)
    assert 0 <= told < 10_000
    assert trust(finished + 1, abandoned, lost) >= told
    assert trust(finished, abandoned + 1, lost) <= told
    assert trust(finished, abandoned, lost + 1) <= told


def test_ten_of_ten_rank_below_ninety_nine_of_a_hundred_and_above_a_newcomer() -> None:
    # Wilson's lower ends for 99 of 100 and 10 of 10 at 95 %: 0.9455 and 0.7224.
    assert (trust(99, 1, 0), trust(10, 0, 0), trust(0, 0, 0)) == (9455, 7224, 0)


@pytest.mark.django_db
def test_a_finished_trade_is_written_onto_the_makers_offers() -> None:
    deal = make.paid()
    other, closed = offer(sara()), offer(sara())
    Offer.objects.filter(pk=closed.pk).update(state="closed")
    deal.act(sara(), "release")
    actions.refresh(sara().account.pk)
    standing = Standing.objects.get(account=sara().account)
    columns = dict(Offer.objects.values_list("pk", "maker_trust"))
    assert columns[other.pk] == columns[deal.trade.offer_id] == trust(1, 0, 0) > 0
    assert columns[closed.pk] == 0
    assert Offer.objects.get(pk=other.pk).maker_speed == standing.median_release


@pytest.mark.django_db
def test_a_new_offer_gets_its_makers_standing_and_a_newcomers_stays_behind() -> None:
    facts: dict[str, Any] = {"finished": 50, "median_release": 240, "updated_at": clock.now()}
    Standing.objects.create(account=sara().account, **facts)
    known, unknown = offer(sara()), offer(ben())
    for one in (known, unknown):
        handlers.on_offer_published({"offer": one.code})
        one.refresh_from_db()
    assert (known.maker_trust, known.maker_speed) == (trust(50, 0, 0), 240)
    assert (unknown.maker_trust, unknown.maker_speed) == (0, SPEED_UNKNOWN)
    write_standing(sara().account.pk, trust=1, median_release=10**12)
    known.refresh_from_db()
    assert known.maker_speed == SPEED_UNKNOWN - 1
