"""Here and typing: heard by the two parties while it is true, by nobody else, and kept nowhere."""

import pytest

from tests.builders import mallory
from tests.chat.people import open_chat
from tests.realtime.client import open_socket
from tests.trade_builders import agreed

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
