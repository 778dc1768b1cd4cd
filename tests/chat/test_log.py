"""The log: gapless, idempotent, without forks, for its two people only."""

import base64
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from exchange.chat import actions, append, keys, protocol, queries
from exchange.chat.models import Message
from exchange.core import clock
from exchange.core.errors import Conflict, Invalid, NotFound
from exchange.core.hashing import GENESIS
from exchange.trades.models import Trade
from tests import trade_builders as make
from tests.builders import ben, carol, mallory, sara
from tests.chat.people import client, open_chat

pytestmark = pytest.mark.django_db


def test_both_talk_and_read_what_the_other_wrote() -> None:
    deal = make.taken()
    hers, his = open_chat(deal)
    assert [hers.say("Hello Ben."), his.say("Hi Sara."), hers.say("Ready?")] == [1, 2, 3]
    stored = queries.messages(deal.code, account=ben().account)
    assert [message.seq for message in stored] == [1, 2, 3]
    key = keys.message_key_at(his.root, sender=sara().address, n=2)
    opened = protocol.open_message(stored[2].body, key=key, identity_key=hers.identity_key)
    assert opened == {"type": "text", "text": "Ready?"}
    assert "Ready" not in str(list(Message.objects.values()))
    assert [message.seq for message in queries.messages(deal.code, account=sara().account, after=2)] == [3]
    assert queries.head(deal.code, account=sara().account) == 3


def test_the_same_message_again_has_the_same_place() -> None:
    hers, his = open_chat(make.taken())
    message = hers.write("Hello")
    assert hers.send(message) == (1, True)
    his.say("Hi")
    assert hers.send(message) == (1, False)
    assert Message.objects.count() == 2


def test_a_fork_of_a_counter_is_refused() -> None:
    hers, _ = open_chat(make.taken())
    hers.say("I never said this.")
    fork = hers.write("Something else", n=1, prev=GENESIS)
    with pytest.raises(Conflict) as refused:
        hers.send(fork)
    assert refused.value.code == "fork"
    hers.say("two")
    with pytest.raises(Conflict) as rewritten:
        hers.send(hers.write("three", prev="11" * 32))
    assert rewritten.value.code == "fork"


def test_a_message_after_a_lost_one_waits_for_it() -> None:
    hers, _ = open_chat(make.taken())
    hers.say("one")
    lost = hers.write("two")
    hers.sent.append(lost)
    with pytest.raises(Conflict) as refused:
        hers.send(hers.write("three"))
    assert (refused.value.code, refused.value.extra) == ("gap", {"next": 2})
    hers.sent.pop()
    assert hers.send(lost) == (2, True)


def test_nobody_speaks_for_somebody_else() -> None:
    deal = make.taken()
    hers, his = open_chat(deal)
    with pytest.raises(Invalid):
        his.send(his.write("I am Sara", sender=sara().address))
    forged = hers.write("Release me")
    with pytest.raises(Invalid):
        his.send(forged)
    with pytest.raises(Invalid) as unsigned:
        his.send({**his.write("x"), "sig": hers.write("x")["sig"]})
    assert unsigned.value.code == "bad_signature"
    assert not Message.objects.exists()


def test_a_message_for_another_trade_is_refused() -> None:
    hers, _ = open_chat(make.taken())
    other, _ = open_chat(make.taken())
    with pytest.raises(Invalid) as refused:
        hers.send(other.write("Hello"))
    assert "/trade" in refused.value.fields


BAD = "bad"


@pytest.mark.parametrize(
    "change",
    [
        {"n": 0},
        {"n": -1},
        {"n": True},
        {"n": 1.0},
        {"n": "1"},
        {"n": 2**31},
        {"n": 2},
        {"prev": BAD},
        {"prev": "11" * 32},
        {"prev": None},
        {"sent_at": "yesterday"},
        {"sent_at": "2026-11-22T15:00:00Z"},
        {"ct": ""},
        {"ct": "not base64!"},
        {"ct": base64.b64encode(bytes(100)).decode()},
        {"ct": base64.b64encode(bytes(297)).decode()},
        {"commit": BAD},
        {"commit": "AB" * 32},
        {"sig": BAD},
        {"v": 2},
        {"v": True},
        {"extra": "member"},
        {"extra": {"deep": [[[[]]]]}},
        {"extra": "\ud800"},
        {"extra": 2**60},
        {"ct": base64.b64encode(bytes(40 + 256 * 96 + 256)).decode()},
    ],
)
def test_malformed_messages_are_refused_with_a_reason(change: dict[str, Any]) -> None:
    hers, _ = open_chat(make.taken())
    with pytest.raises(Invalid) as refused:
        hers.send({**hers.write("x"), **change})
    assert refused.value.message
    missing = hers.write("x")
    missing.pop(next(iter(change)), None) if next(iter(change)) != "extra" else missing.pop("commit")
    with pytest.raises(Invalid):
        hers.send(missing)
    assert not Message.objects.exists()


def test_a_message_may_have_32_kib_and_no_more() -> None:
    hers, _ = open_chat(make.taken())
    hers.say("a" * 23_000)
    with pytest.raises(Invalid) as refused:
        hers.send(hers.write("a" * 24_400))
    assert refused.value.code == "too_large"


ODD = ["line\nbreak", "\r\n", "back\\slash \\n", "quo\"te's", "{a,b},NULL", "{", "\t\x7f"]
ODD += ["\u2028\u2029\x85", "\U0001f600"]


def test_a_batch_keeps_each_message_to_itself_whatever_it_holds() -> None:
    deal = make.taken()
    open_chat(deal)
    seat = append.seat_of(deal.code, by=sara().account)
    hashes = [GENESIS, *(f"{n:064x}" for n in range(1, len(ODD) + 1))]
    drafts = [
        append.Draft(seat=seat, n=n, prev=hashes[n - 1], hash=hashes[n], body={"n": n, text: text})
        for n, text in enumerate(ODD, start=1)
    ]
    places = [one.seq for one in append.append(drafts, now=clock.now()) if isinstance(one, append.Stored)]
    assert places == list(range(1, len(ODD) + 1))
    assert list(Message.objects.order_by("seq").values_list("body", flat=True)) == [one.body for one in drafts]


def test_mallory_and_an_arbiter_who_has_not_claimed_see_nothing() -> None:
    deal = make.taken()
    hers, _ = open_chat(deal)
    hers.say("Hello")
    for who in (mallory(), carol()):
        stranger = client(who, deal)
        stranger.root = hers.root
        stranger.enrol()
        for attempt in (
            lambda account=who.account: queries.messages(deal.code, account=account),
            lambda account=who.account: queries.head(deal.code, account=account),
            lambda account=who.account: queries.keys(deal.code, account=account),
            lambda account=who.account: queries.marks(deal.code, account=account),
            lambda account=who.account: queries.payment_details(deal.code, account=account),
            lambda account=who.account: actions.mark_read(deal.code, by=account, seq=1),
            stranger.publish,
            lambda one=stranger: one.send(one.write("Hello")),
            lambda one=stranger: actions.hand_over_details(
                deal.code, by=one.actor.account, envelope=one.details(), now=clock.now()
            ),
        ):
            with pytest.raises(NotFound):
                attempt()


def test_the_arbiter_of_the_case_sees_ciphertext_and_may_not_write() -> None:
    deal = make.claimed()
    hers, _ = open_chat(deal)
    hers.say("Hello")
    assert len(queries.messages(deal.code, account=carol().account)) == 1
    assert len(queries.keys(deal.code, account=carol().account)) == 2
    with pytest.raises(NotFound):
        queries.payment_details(deal.code, account=carol().account)
    arbiter = client(carol(), deal)
    arbiter.enrol()
    with pytest.raises(NotFound):
        arbiter.publish()


def test_the_chat_closes_thirty_days_after_the_end_and_stays_readable() -> None:
    deal = make.funded()
    hers, his = open_chat(deal)
    deal.act(sara(), "release")
    hers.say("Thank you.")
    message = his.write("You too.")
    Trade.objects.filter(pk=deal.trade.pk).update(finished_at=clock.now() - clock.seconds(30 * 86_400 + 1))
    with pytest.raises(Conflict) as refused:
        his.send(message)
    assert refused.value.code == "closed"
    assert hers.send(hers.sent[0]) == (1, False)
    assert len(queries.messages(deal.code, account=ben().account)) == 1


def test_read_marks_only_move_forward_and_never_past_the_head() -> None:
    deal = make.taken()
    hers, _ = open_chat(deal)
    hers.say("one")
    hers.say("two")
    assert queries.unread_counts(ben().account, [deal.code]) == {deal.code: 2}
    actions.mark_read(deal.code, by=ben().account, seq=2, delivered=True)
    actions.mark_read(deal.code, by=ben().account, seq=1)
    mark = actions.mark_read(deal.code, by=ben().account, seq=0)
    assert (mark.delivered, mark.read) == (2, 1)
    assert queries.unread_counts(ben().account, [deal.code]) == {deal.code: 1}
    mark = actions.mark_read(deal.code, by=ben().account, seq=10**6)
    assert (mark.delivered, mark.read) == (2, 2)
    assert queries.unread_counts(ben().account, [deal.code]) == {}
    assert [(one.account, one.read) for one in queries.marks(deal.code, account=sara().account)] == [(ben().address, 2)]


@pytest.mark.django_db(transaction=True)
def test_parallel_messages_get_every_place_once() -> None:
    deal = make.taken()
    hers, his = open_chat(deal)
    rounds = 20
    for one in (hers, his):
        for number in range(rounds):
            one.sent.append(one.write(f"message {number}"))

    def send_all(one: Any) -> list[int]:
        try:
            return [
                actions.append_message(deal.code, by=one.actor.account, msg=message, now=clock.now())[0]
                for message in one.sent
            ]
        finally:
            connections.close_all()

    # Each message is sent by two at once, as a browser does that retries over a new socket.
    with ThreadPoolExecutor(4) as pool:
        first, second, third, fourth = pool.map(retrying(send_all), [hers, his, hers, his])
    assert first == third
    assert second == fourth
    assert sorted(first + second) == list(range(1, 2 * rounds + 1))
    assert queries.head(deal.code, account=ben().account) == 2 * rounds


def retrying(act: Any) -> Any:
    def try_again(one: Any) -> Any:
        while True:
            try:
                return act(one)
            except Conflict as error:
                assert error.code == "gap"  # noqa: PT017 - the other thread is one message behind

    return try_again
