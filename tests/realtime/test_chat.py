"""The chat over a socket: acknowledged once, in order, heard by the other side and by nobody else."""

import json

import pytest

from exchange.chat.models import ChatLog, Message
from tests.builders import mallory
from tests.chat.people import open_chat
from tests.realtime.client import open_socket
from tests.servers import socket_server
from tests.trade_builders import agreed

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_message_is_acknowledged_and_heard_by_the_other_side(url: str) -> None:
    deal = agreed()
    hers, _ = open_chat(deal)
    topic = f"trade:{deal.code}"
    with open_socket(url, deal.seller.account) as sara, open_socket(url, deal.buyer.account) as ben:
        assert sara.follow(topic) == ben.follow(topic) == [topic]
        message = hers.write("Hello Ben")
        sara.say({"t": "chat", "trade": deal.code, "msg": message})
        assert sara.hear("ack") == {"t": "ack", "trade": deal.code, "n": 1, "seq": 1}
        heard = ben.hear("chat")
        assert (heard["trade"], heard["seq"], heard["msg"]) == (deal.code, 1, message)


def test_the_same_message_again_gets_the_same_place_and_is_not_heard_twice(url: str) -> None:
    deal = agreed()
    hers, _ = open_chat(deal)
    with open_socket(url, deal.seller.account) as sara, open_socket(url, deal.buyer.account) as ben:
        ben.follow(f"trade:{deal.code}")
        frame = {"t": "chat", "trade": deal.code, "msg": hers.write("Once")}
        for _ in range(3):
            sara.say(frame)
            assert sara.hear("ack")["seq"] == 1
        ben.hear("chat")
        assert ben.hears_nothing_of("chat")
    assert Message.objects.count() == 1


def test_many_messages_keep_their_order_without_gaps(url: str) -> None:
    deal = agreed()
    hers, his = open_chat(deal)
    with open_socket(url, deal.seller.account) as sara, open_socket(url, deal.buyer.account) as ben:
        ben.follow(f"trade:{deal.code}")
        for number in range(20):
            message = hers.write(f"number {number}")
            hers.sent.append(message)
            sara.say({"t": "chat", "trade": deal.code, "msg": message})
        assert [sara.hear("ack")["seq"] for _ in range(20)] == list(range(1, 21))
        assert [ben.hear("chat")["seq"] for _ in range(20)] == list(range(1, 21))
        ben.say({"t": "chat", "trade": deal.code, "msg": his.write("I read you")})
        assert ben.hear("ack")["seq"] == 21
    assert ChatLog.objects.get(trade=deal.trade).head == 21


def test_who_sits_in_another_process_hears_each_message_once_and_in_order(url: str) -> None:
    deal = agreed()
    hers, _ = open_chat(deal)
    with (
        socket_server() as elsewhere,
        open_socket(url, deal.seller.account) as sara,
        open_socket(elsewhere, deal.buyer.account) as ben,
        open_socket(elsewhere, mallory().account) as ear,
    ):
        assert ben.follow(f"trade:{deal.code}") == [f"trade:{deal.code}"]
        assert ear.follow(f"trade:{deal.code}") == []
        for number in range(20):
            message = hers.write(f"number {number}")
            hers.sent.append(message)
            sara.say({"t": "chat", "trade": deal.code, "msg": message})
        heard = [ben.hear("chat") for _ in range(20)]
        assert [(one["seq"], one["msg"]) for one in heard] == list(enumerate(hers.sent, start=1))
        assert ben.hears_nothing_of("chat")
        assert ear.hears_nothing_of("chat")


def test_a_message_is_stored_and_heard_though_its_sender_leaves_at_once(url: str) -> None:
    deal = agreed()
    hers, _ = open_chat(deal)
    with open_socket(url, deal.buyer.account) as ben:
        ben.follow(f"trade:{deal.code}")
        with open_socket(url, deal.seller.account) as sara:
            sara.say({"t": "chat", "trade": deal.code, "msg": hers.write("I must run")})
        assert ben.hear("chat")["seq"] == 1
        with open_socket(url, deal.seller.account) as again:
            again.say({"t": "chat", "trade": deal.code, "msg": hers.write("I must run")})
            assert again.hear("error")["code"] == "fork"  # sealed anew it is another message in the same place
    assert Message.objects.count() == 1


def test_a_fork_of_a_counter_is_refused(url: str) -> None:
    deal = agreed()
    hers, _ = open_chat(deal)
    with open_socket(url, deal.seller.account) as sara:
        sara.say({"t": "chat", "trade": deal.code, "msg": hers.write("one thing")})
        sara.hear("ack")
        sara.say({"t": "chat", "trade": deal.code, "msg": hers.write("another thing")})
        refused = sara.hear("error")
        assert (refused["code"], refused["trade"], refused["n"]) == ("fork", deal.code, 1)


def test_a_message_after_a_lost_one_says_which_is_missing(url: str) -> None:
    deal = agreed()
    hers, _ = open_chat(deal)
    with open_socket(url, deal.seller.account) as sara:
        hers.sent.append(hers.write("lost on the way"))
        sara.say({"t": "chat", "trade": deal.code, "msg": hers.write("second")})
        refused = sara.hear("error")
        assert (refused["code"], refused["n"], refused["next"]) == ("gap", 2, 1)


def test_nobody_speaks_for_the_other_side(url: str) -> None:
    deal = agreed()
    hers, his = open_chat(deal)
    with open_socket(url, deal.seller.account) as sara, open_socket(url, deal.buyer.account) as ben:
        sara.follow(f"trade:{deal.code}")
        ben.say({"t": "chat", "trade": deal.code, "msg": hers.write("as Sara")})
        assert ben.hear("error")["code"] in {"invalid", "bad_signature"}
        forged = {**his.write("hello"), "sender": deal.seller.address}
        ben.say({"t": "chat", "trade": deal.code, "msg": forged})
        ben.hear("error")
        assert sara.hears_nothing_of("chat")
    assert Message.objects.count() == 0


def test_mallory_can_neither_write_nor_mark_read(url: str) -> None:
    deal = agreed()
    hers, _ = open_chat(deal)
    with open_socket(url, mallory().account) as ear:
        for code in (deal.code, "NOSUCH00"):
            ear.say({"t": "chat", "trade": code, "msg": hers.write("hi")})
            assert ear.hear("error")["code"] == "not_found"
            ear.say({"t": "read", "trade": code, "seq": 1})
            assert ear.hear("error")["code"] == "not_found"


def test_strangers_and_tokens_without_the_scope_write_nothing(url: str) -> None:
    deal = agreed()
    hers, _ = open_chat(deal)
    frame = {"t": "chat", "trade": deal.code, "msg": hers.write("hi")}
    with open_socket(url) as stranger, open_socket(url, deal.seller.account, "trades:read") as reader:
        stranger.say(frame)
        assert stranger.hear("error")["code"] == "not_signed_in"
        reader.say(frame)
        assert reader.hear("error")["code"] == "scope_missing"
    assert Message.objects.count() == 0


def test_read_marks_reach_the_sender(url: str) -> None:
    deal = agreed()
    hers, _ = open_chat(deal)
    seq = hers.say("Have you seen this?")
    with open_socket(url, deal.seller.account) as sara, open_socket(url, deal.buyer.account) as ben:
        sara.follow(f"trade:{deal.code}")
        ben.say({"t": "read", "trade": deal.code, "seq": seq, "delivered": True})
        assert sara.hear("read")["delivered"] == seq
        ben.say({"t": "read", "trade": deal.code, "seq": seq})
        assert sara.hear("read")["read"] == seq


def test_the_heartbeat_carries_heads_so_that_a_lost_hint_is_noticed(url: str) -> None:
    deal = agreed()
    hers, _ = open_chat(deal)
    with open_socket(url, deal.buyer.account) as ben:
        ben.follow(f"trade:{deal.code}")
        assert ben.hear("beat")["heads"][f"trade:{deal.code}"] == {"v": deal.trade.version, "seq": 0}
        hers.say("one")
        ChatLog.objects.filter(trade=deal.trade).update(head=7)  # as if six more had come without a hint
        assert ben.hear("beat")["heads"][f"trade:{deal.code}"]["seq"] == 7


BROKEN = [
    "",
    "nonsense",
    "[]",
    "1",
    "null",
    '{"t": 1}',
    '{"t": "nothing"}',
    '{"t": "chat"}',
    '{"t": "chat", "trade": 5, "msg": {}}',
    '{"t": "chat", "trade": "A\\u0000B", "msg": {}}',
    '{"t": "read", "trade": "X", "seq": -1}',
    '{"t": "read", "trade": "X", "seq": 1e400}',
    '{"t": "sub", "topics": "all"}',
    '{"t": "sub", "topics": [1]}',
    '{"t": "sub"}',
    "[" * 5000,
]


def test_a_broken_frame_is_refused_and_the_line_stays(url: str) -> None:
    deal = agreed()
    with open_socket(url, deal.buyer.account) as ear:
        for frame in BROKEN:
            ear.say(frame)
            assert ear.hear("error")["code"] in {"bad_frame", "not_found"}, frame
        assert ear.follow("user") == ["user"]


def test_hostile_messages_are_refused_without_a_fault(url: str) -> None:
    deal = agreed()
    hers, _ = open_chat(deal)
    good = hers.write("hello")
    with open_socket(url, deal.seller.account) as ear:
        for change in (
            {"n": 1e300},
            {"n": 2**80},
            {"sig": "\x00"},
            {"ct": {"a": []}},
            {"extra": [[[[]]]]},
            {"v": True},
        ):
            ear.say(json.dumps({"t": "chat", "trade": deal.code, "msg": {**good, **change}}))
            assert ear.hear("error")["code"] != "fault", change
    assert Message.objects.count() == 0
