"""Here and typing: heard by the two parties while it is true, by nobody else, and kept nowhere."""

import pytest

from tests.builders import carol, mallory
from tests.chat.people import open_chat
from tests.realtime.client import open_socket
from tests.trade_builders import agreed, claimed

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_other_side_hears_who_is_here_and_who_types_and_mallory_neither(url: str) -> None:
    deal = agreed()
    open_chat(deal)
    topic = f"trade:{deal.code}"
    with (
        open_socket(url, deal.seller.account) as sara,
        open_socket(url, deal.buyer.account) as ben,
        open_socket(url, mallory().account) as ear,
    ):
        assert sara.follow(topic) == ben.follow(topic) == [topic]
        assert ear.follow(topic) == []
        ben.say({"t": "here", "trade": deal.code})
        told = {"t": "here", "trade": deal.code, "by": deal.buyer.address}
        assert sara.hear("here") == {**told, "on": True}
        ben.say({"t": "typing", "trade": deal.code})
        assert sara.hear("typing")["by"] == deal.buyer.address
        ben.say({"t": "here", "trade": deal.code, "on": False})
        assert sara.hear("here") == {**told, "on": False}
        ear.say({"t": "typing", "trade": deal.code})
        assert ear.hear("error")["code"] == "not_found"
        assert sara.hears_nothing_of("typing")
        assert ear.hears_nothing_of("here", within=0.2)


def test_what_sets_up_a_call_is_handed_to_the_other_side_unread_and_mallory_neither_hears_nor_rings(url: str) -> None:
    deal = agreed()
    open_chat(deal)
    topic = f"trade:{deal.code}"
    with (
        open_socket(url, deal.seller.account) as sara,
        open_socket(url, deal.buyer.account) as ben,
        open_socket(url, mallory().account) as ear,
    ):
        assert sara.follow(topic) == ben.follow(topic) == [topic]
        assert ear.follow(topic) == []
        box = "QUJD" * 4096
        ben.say({"t": "call", "trade": deal.code, "box": box})
        assert sara.hear("call") == {"t": "call", "trade": deal.code, "by": deal.buyer.address, "box": box}
        ear.say({"t": "call", "trade": deal.code, "box": box})
        assert ear.hear("error")["code"] == "not_found"
        assert sara.hears_nothing_of("call")
        assert ear.hears_nothing_of("call", within=0.2)


@pytest.mark.parametrize("box", ["", "not base64!", "QUJD" * 6145, 7, None, ["QUJD"]])
def test_what_is_no_sealed_box_of_a_call_is_refused_in_words(url: str, box: object) -> None:
    deal = agreed()
    open_chat(deal)
    with open_socket(url, deal.seller.account) as sara, open_socket(url, deal.buyer.account) as ben:
        sara.follow(f"trade:{deal.code}")
        ben.say({"t": "call", "trade": deal.code, "box": box})
        refusal = ben.hear("error")
        assert (refusal["code"], refusal["trade"]) == ("bad_frame", deal.code)
        assert sara.hears_nothing_of("call", within=0.2)


def test_the_arbiter_of_the_case_neither_hears_a_call_nor_rings(url: str) -> None:
    deal = claimed()
    open_chat(deal)
    topic = f"trade:{deal.code}"
    with open_socket(url, carol().account) as arbiter, open_socket(url, deal.buyer.account) as ben:
        assert arbiter.follow(topic) == ben.follow(topic) == [topic]
        ben.say({"t": "call", "trade": deal.code, "box": "QUJD"})
        assert ben.hear("call")["by"] == deal.buyer.address
        arbiter.say({"t": "call", "trade": deal.code, "box": "QUJD"})
        assert arbiter.hear("error")["code"] == "not_found"
        assert arbiter.hears_nothing_of("call", within=0.3)
