"""Who comes after the last unit is taken is told so at once: of a hundred takers that is nearly everybody."""

import pytest
from pytest_django import DjangoAssertNumQueries

from exchange.core import clock
from exchange.core.errors import Conflict, Forbidden
from exchange.offers.models import Offer
from exchange.trades import actions
from exchange.trades.models import Trade
from tests.builders import Actor, ben, offer, sara

pytestmark = pytest.mark.django_db
ETHER = 10**18


def sold_out() -> Offer:
    made = offer(total_asset="1")
    Offer.objects.filter(pk=made.pk).update(remaining_units=0)
    return made


def take(made: Offer, *, by: Actor) -> Trade:
    return actions.take(made.code, by=by.account, method="sepa-instant", now=clock.now(), amount_units=ETHER)


def test_who_comes_too_late_costs_little(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    made, late = sold_out(), ben().account
    # The taker's restrictions, the offer, and the transaction around them: a savepoint here.
    with django_assert_max_num_queries(5), pytest.raises(Conflict) as refused:
        actions.take(made.code, by=late, method="sepa-instant", now=clock.now(), amount_units=ETHER)
    assert (refused.value.code, refused.value.extra) == ("not_enough_left", {"remaining": "0"})
    assert not Trade.objects.exists()


def test_a_reason_that_lasts_is_told_rather_than_that_somebody_was_faster() -> None:
    made = sold_out()
    with pytest.raises(Forbidden) as refused:
        take(made, by=sara())
    assert refused.value.code == "own_offer"
    Offer.objects.filter(pk=made.pk).update(state="closed")
    with pytest.raises(Conflict) as gone:
        take(made, by=ben())
    assert gone.value.code == "offer_gone"
