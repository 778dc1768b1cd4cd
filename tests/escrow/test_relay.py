"""Asking the keeper: what would revert is refused, what is asked twice is queued once, what is not ours never."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from escrow import abi, calls, relay
from escrow.calls import Call
from escrow.keeper.send import queue
from escrow.models import Intent
from escrow.relay import IntentView, RelayRefused
from escrow.terms import Domain
from tests.chain.world import ADDRESS, World


def ask(world: World, call: Call, *, key: str = "key", account: str = ADDRESS["ben"]) -> IntentView:
    return relay.request(call, purpose="test", trade_id="0x" + "ab" * 32, account=account, key=key)


def refusal(world: World, call: Call, *, key: str = "key", account: str = ADDRESS["ben"]) -> str:
    with pytest.raises(RelayRefused) as caught:
        ask(world, call, key=key, account=account)
    assert caught.value.message
    return caught.value.reason


@pytest.mark.django_db
def test_a_signed_act_is_queued_and_shown(world: World) -> None:
    terms = world.terms()
    world.fund(terms)
    view = ask(world, world.signed_act("mark_paid", terms, by="ben"))
    assert (view.state, view.tx_hash, view.error) == ("queued", None, "")
    assert UUID(view.id)
    assert relay.intents_of("0x" + "ab" * 32) == [view]
    assert relay.intents_of("0x" + "cd" * 32) == []


@pytest.mark.django_db
def test_the_same_key_again_changes_nothing_even_when_it_would_now_revert(world: World) -> None:
    terms = world.terms()
    world.fund(terms)
    call = world.signed_act("mark_paid", terms, by="ben")
    first = ask(world, call)
    world.act("mark_paid", terms, by="ben")
    assert ask(world, call) == first
    assert Intent.objects.count() == 1


@pytest.mark.django_db
def test_a_key_cannot_be_used_for_another_call_or_by_another_account(world: World) -> None:
    terms = world.terms()
    world.fund(terms)
    call = world.signed_act("mark_paid", terms, by="ben")
    ask(world, call)
    assert refusal(world, world.signed_act("cancel", terms, by="ben")) == "KeyReused"
    assert refusal(world, call, account=ADDRESS["mallory"]) == "KeyReused"


@pytest.mark.django_db
def test_mallorys_signatures_and_replays_are_refused_by_the_contracts_own_words(world: World) -> None:
    terms, other = world.terms(), world.terms()
    world.fund(terms)
    world.fund(other)
    good = world.signed_act("mark_paid", terms, by="ben")
    _, (_, until, signature) = abi.decode_call(good.data)
    assert refusal(world, world.signed_act("release", terms, by="mallory")) == "BadSignature"
    assert refusal(world, world.signed_act("release", terms, by="ben")) == "BadSignature"
    assert refusal(world, world.signed_act("dispute", terms, by="mallory")) == "NotParty"
    foreign = calls.act_by_signature(
        "mark_paid",
        other,
        world.domain,
        signer=ADDRESS["ben"],
        valid_until=until,
        signature="0x" + signature.hex(),
    )
    assert refusal(world, foreign) == "BadSignature"
    as_release = calls.act_by_signature(
        "release",
        terms,
        world.domain,
        signer=ADDRESS["ben"],
        valid_until=until,
        signature="0x" + signature.hex(),
    )
    assert refusal(world, as_release) == "BadSignature"
    expired = world.signed_act("mark_paid", terms, by="ben", valid_until=world.now() - 10)
    assert refusal(world, expired) == "SignatureExpired"
    world.act("mark_paid", terms, by="ben")
    assert refusal(world, good) == "WrongStatus"
    assert not Intent.objects.exists()


@pytest.mark.django_db
def test_nothing_but_relayable_calls_of_our_contract_is_taken(world: World) -> None:
    terms = world.terms()
    world.fund(terms)
    good = world.signed_act("mark_paid", terms, by="ben")
    assert refusal(world, replace(good, to=ADDRESS["mallory"])) == "WrongContract"
    assert refusal(world, replace(good, chain_id=1)) == "WrongChain"
    assert refusal(world, replace(good, value=1)) == "HasValue"
    assert refusal(world, replace(good, data="0x")) == "WrongFunction"
    own = calls.act("release", terms, world.domain)
    assert refusal(world, own) == "WrongFunction"
    assert refusal(world, calls.withdraw(world.domain, token=terms.token, to=ADDRESS["ben"])) == "WrongFunction"
    elsewhere = Domain(chain_id=31337, contract=ADDRESS["mallory"])
    assert refusal(world, calls.refund_expired(terms, elsewhere)) == "WrongContract"


@pytest.mark.django_db
def test_an_account_is_stopped_at_its_hourly_cap_and_others_are_not(world: World, settings: Settings) -> None:
    settings.KEEPER_RELAYS_PER_HOUR = 2
    made = []
    for number in range(3):
        terms = world.terms()
        world.fund(terms)
        made.append(world.signed_act("mark_paid", terms, by="ben"))
        if number < 2:
            ask(world, made[number], key=str(number))
    assert refusal(world, made[2], key="2") == "TooMany"
    assert ask(world, made[0], key="0").state == "queued", "what is queued already is shown as ever"
    ask(world, made[2], key="3", account=ADDRESS["sara"])
    Intent.objects.update(created_at=datetime.now(UTC) - timedelta(hours=1, seconds=1))
    ask(world, made[2], key="2")


@pytest.mark.django_db
def test_with_all_nodes_away_a_call_is_queued_untried(world: World, settings: Settings) -> None:
    terms = world.terms()
    call = world.signed_act("mark_paid", terms, by="ben")
    settings.CHAIN_RPC_URLS = ["http://127.0.0.1:9"]
    assert ask(world, call).state == "queued"


@pytest.mark.django_db
def test_a_rolled_back_request_leaves_nothing(world: World) -> None:
    terms = world.terms()
    world.fund(terms)
    with transaction.atomic():
        ask(world, world.signed_act("mark_paid", terms, by="ben"))
        transaction.set_rollback(True)
    assert queue(chain_id=31337, now=datetime.now(UTC)) == []


@pytest.mark.django_db(transaction=True)
def test_twenty_requests_at_once_with_one_key_queue_one_call(world: World) -> None:
    terms = world.terms()
    world.fund(terms)
    call = world.signed_act("mark_paid", terms, by="ben")

    def one(_: int) -> str:
        try:
            return ask(world, call).id
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(one, range(20)))
    assert len(ids) == 1
    assert Intent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_hourly_cap_holds_against_parallel_requests(world: World, settings: Settings) -> None:
    settings.KEEPER_RELAYS_PER_HOUR = 3
    terms = world.terms()
    world.fund(terms)
    call = world.signed_act("mark_paid", terms, by="ben")

    def one(number: int) -> bool:
        try:
            ask(world, call, key=str(number))
        except RelayRefused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(16))) == 3
    assert Intent.objects.count() == 3
