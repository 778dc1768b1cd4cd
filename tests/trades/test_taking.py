"""Taking an offer: price, amounts, gates, the cap, and a hundred takers at once."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from eth_account import Account as Wallet

from escrow.terms import Terms, trade_id
from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from exchange.core.models import OutboxMessage
from exchange.offers import actions as offers
from exchange.offers import quotes
from exchange.offers.models import Offer
from exchange.trades import actions, agreement, queries
from exchange.trades.models import Trade
from exchange.trades.states import State
from tests import trade_builders as make
from tests.builders import Actor, ben, carol, fixed, mallory, margin, market_price, offer, sara, unsigned_offer


def take(code: str, *, by: Actor | None = None, **changes: Any) -> Trade:
    facts: dict[str, Any] = {"amount_fiat": Decimal("250.00"), "method": "sepa-instant", **changes}
    if "amount_units" in changes:
        facts.pop("amount_fiat")
    return actions.take(code, by=(by or ben()).account, now=clock.now(), **facts)


@pytest.mark.django_db
def test_a_take_fixes_price_amounts_and_terms() -> None:
    made = offer(sara())
    trade = take(made.code)
    terms = queries.terms_of(trade)
    assert (trade.seller, trade.buyer, trade.maker, trade.taker) == (
        sara().account,
        ben().account,
        sara().account,
        ben().account,
    )
    assert (int(trade.amount), trade.amount_fiat, trade.price) == (83_333_333_333_333_333, Decimal("250.00"), 3000)
    assert (terms.seller, terms.buyer, terms.amount) == (sara().address, ben().address, int(trade.amount))
    assert (terms.arbiter, terms.fee_bps, terms.fallback_buyer_bps) == (carol().address, 50, 5000)
    assert terms.pay_by == clock.to_unix(trade.pay_by) + 900
    assert clock.to_unix(trade.pay_by) - clock.to_unix(trade.lock_by) == made.payment_window
    assert terms.details == agreement.hash_details(trade.details)
    assert trade.details["amount_fiat"] == "250.00"
    assert len(trade.details["salt"]) == 64
    assert trade.trade_id == trade_id(terms, queries.domain_of(trade))
    assert Terms.from_json(trade.terms) == terms
    assert (trade.state, trade.version) == (State.REQUESTED, 1)
    assert trade.maker_consent["signature"] == made.signature
    assert trade.timeline.count() == 1
    assert OutboxMessage.objects.filter(event="trade.requested", payload__trade=trade.code).exists()
    made.refresh_from_db()
    assert int(made.remaining_units) + int(trade.amount) == int(made.total_units)


@pytest.mark.django_db
def test_two_takes_of_one_offer_never_share_a_trade_id() -> None:
    code = offer(sara()).code
    assert take(code).trade_id != take(code).trade_id


@pytest.mark.django_db
def test_an_amount_of_coins_gives_the_fiat_rounded_half_up() -> None:
    trade = take(offer(sara(), price=fixed("3000.01")).code, amount_units=83_333_333_333_333_333)
    assert (int(trade.amount), trade.amount_fiat) == (83_333_333_333_333_333, Decimal("250.00"))


@pytest.mark.django_db
def test_a_margin_price_is_fixed_against_the_market_with_its_sources() -> None:
    market_price("3000")
    trade = take(offer(sara(), price=margin(150)).code)
    assert trade.price == Decimal(3045)
    assert trade.price_snapshot["market"] == "3000.0000000000"
    assert len(trade.price_snapshot["sources"]) == 3


@pytest.mark.django_db
def test_a_stale_market_pauses_floating_offers() -> None:
    market_price("3000")
    code = offer(sara(), price=margin(150)).code
    market_price("3000", age=120)
    with pytest.raises(Conflict) as refused:
        take(code)
    assert refused.value.code == "price_paused"


@pytest.mark.django_db
def test_a_quote_holds_within_the_tolerance_and_tells_both_prices_beyond() -> None:
    market_price("3000")
    made = offer(sara(), price=margin(0))
    quote = quotes.make_quote(made, Decimal(250), clock.now())
    market_price("3014")
    assert take(made.code, quote=quote).price == 3000
    market_price("3016")
    with pytest.raises(Conflict) as refused:
        take(made.code, quote=quote)
    assert refused.value.code == "price_changed"
    assert Decimal(refused.value.extra["old"]) == 3000
    assert Decimal(refused.value.extra["new"]) == 3016


@pytest.mark.django_db
def test_a_quote_of_another_offer_or_a_forged_one_is_refused() -> None:
    quote = quotes.make_quote(offer(sara()), Decimal(250), clock.now())
    code = offer(sara()).code
    for token in (quote, quote[:-2] + "xx", "nonsense"):
        with pytest.raises(Invalid):
            take(code, quote=token)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount_fiat": Decimal("99.99")}, "below_minimum"),
        ({"amount_fiat": Decimal("3000.01")}, "above_maximum"),
        ({"amount_fiat": Decimal("250.001")}, "invalid"),
        ({"amount_fiat": Decimal(-250)}, "invalid"),
        ({"amount_units": 0}, "invalid"),
        ({"amount_units": 2**128}, "invalid"),
        ({"method": "wise"}, "invalid"),
        ({"method": "no-such-method"}, "invalid"),
    ],
)
def test_amounts_and_methods_that_do_not_fit_are_refused(changes: dict[str, Any], code: str) -> None:
    made = offer(sara())
    with pytest.raises(Invalid) as refused:
        take(made.code, **changes)
    assert refused.value.code == code
    assert not Trade.objects.exists()
    made.refresh_from_db()
    assert made.remaining_units == made.total_units


@pytest.mark.django_db
def test_offers_that_are_own_paused_gone_draft_or_unknown_cannot_be_taken() -> None:
    with pytest.raises(Forbidden) as own:
        take(offer(sara()).code, by=sara())
    assert own.value.code == "own_offer"
    made = offer(sara())
    offers.pause(made, by=sara().account, version=made.version, now=clock.now())
    with pytest.raises(Conflict) as paused:
        take(made.code)
    assert paused.value.code == "offer_paused"
    made.refresh_from_db()
    offers.close(made, by=sara().account, version=made.version, now=clock.now())
    with pytest.raises(Conflict) as gone:
        take(made.code)
    assert gone.value.code == "offer_gone"
    for code in (unsigned_offer(sara()).code, "ZZZZZZZZ", ""):
        with pytest.raises(NotFound):
            take(code)


@pytest.mark.django_db
def test_more_than_is_left_cannot_be_taken() -> None:
    made = offer(sara(), total_asset="0.1")
    take(made.code)
    with pytest.raises(Conflict) as refused:
        take(made.code, by=mallory())
    assert refused.value.code == "not_enough_left"


@pytest.mark.django_db
def test_newcomers_are_kept_from_offers_that_ask_for_experience() -> None:
    with pytest.raises(Forbidden) as refused:
        take(offer(sara(), min_finished_trades=1).code)
    assert refused.value.code == "too_few_trades"


@pytest.mark.django_db
def test_the_arbiter_and_barred_accounts_cannot_trade() -> None:
    code = offer(sara()).code
    with pytest.raises(Forbidden) as arbiter:
        take(code, by=carol())
    assert arbiter.value.code == "arbiter_is_party"
    Account.objects.filter(pk=mallory().account.pk).update(is_active=False)
    with pytest.raises(Forbidden) as barred:
        take(code, by=mallory())
    assert barred.value.code == "barred"


@pytest.mark.django_db
def test_taking_and_leaving_again_and_again_is_capped() -> None:
    # Not one offer: that would soon be refused on its own account.
    made, *others = [offer(sara()) for _ in range(6)]
    for other in others:
        actions.cancel(take(other.code, by=mallory()).code, by=mallory().account, now=clock.now())
    with pytest.raises(Conflict) as refused:
        take(made.code, by=mallory())
    assert refused.value.code == "too_many_open_takes"
    take(made.code)
    Trade.objects.filter(taker=mallory().account).update(finished_at=clock.now() - clock.seconds(3601))
    take(made.code, by=mallory())


@pytest.mark.django_db
def test_open_takes_are_capped_and_a_makers_no_is_not_held_against_the_taker() -> None:
    made = offer(sara(), approve_by_hand=True)
    declined = take(made.code, by=mallory())
    actions.decline(declined.code, by=sara().account, now=clock.now())
    for _ in range(5):
        take(made.code, by=mallory())
    with pytest.raises(Conflict) as refused:
        take(made.code, by=mallory())
    assert refused.value.code == "too_many_open_takes"


@pytest.mark.django_db(transaction=True)
def test_of_a_hundred_parallel_takers_of_the_last_unit_exactly_one_wins() -> None:
    made = offer(sara(), total_asset="0.1", min_fiat="300.00", max_fiat="300.00")
    people = [Account.objects.create_user(Wallet.create().address) for _ in range(100)]

    def try_take(account: Account) -> str:
        try:
            trade = actions.take(
                made.code, by=account, amount_fiat=Decimal(300), method="sepa-instant", now=clock.now()
            )
        except DomainError as error:
            return f"{error.status} {error.code}"
        finally:
            connections.close_all()
        return trade.code

    with ThreadPoolExecutor(100) as crowd:
        answers = list(crowd.map(try_take, people))
    lost = [answer for answer in answers if answer == "409 not_enough_left"]
    assert len(lost) == 99
    winner = Trade.objects.get()
    assert winner.code in answers
    assert int(Offer.objects.get(pk=made.pk).remaining_units) == 0


@pytest.mark.django_db(transaction=True)
def test_parallel_takes_of_one_account_do_not_slip_past_the_cap() -> None:
    made, account = offer(sara()), mallory().account

    def try_take(_: int) -> str:
        try:
            actions.take(made.code, by=account, amount_fiat=Decimal(100), method="sepa-instant", now=clock.now())
        except Conflict as error:
            return error.code
        finally:
            connections.close_all()
        return "taken"

    with ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(try_take, range(16)))
    assert answers.count("taken") == 5
    assert answers.count("too_many_open_takes") == 11


@pytest.mark.django_db
def test_an_edit_between_looking_and_taking_gives_the_taker_a_conflict_or_what_he_saw() -> None:
    made = offer(sara())
    quote = quotes.make_quote(made, Decimal(250), clock.now())
    edited = offers.edit(
        made, by=sara().account, version=made.version, changes={"price": fixed("3001")}, now=clock.now()
    )
    with pytest.raises(NotFound):
        take(made.code, quote=quote)
    offers.sign(edited, by=sara().account, signature=sara().sign(edited.typed_data), now=clock.now())
    with pytest.raises(Conflict) as refused:
        take(made.code, quote=quote)
    assert refused.value.code == "offer_changed"


@pytest.mark.django_db
def test_a_take_changes_nothing_when_its_last_step_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    made = offer(sara())

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("exchange.trades.taking.tell", fail)
    with pytest.raises(RuntimeError):
        take(made.code)
    made.refresh_from_db()
    assert made.remaining_units == made.total_units
    assert not Trade.objects.exists()
    assert make.deployed()
