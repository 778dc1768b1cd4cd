"""What the other side may see: each of it can be switched off, and the server keeps to it."""

import pytest

from exchange.chat import actions, queries
from tests.api.client import Api
from tests.chat.people import open_chat
from tests.hearing import hints_heard
from tests.trade_builders import agreed

pytestmark = pytest.mark.django_db(transaction=True)


def test_read_marks_can_be_switched_off_and_delivery_is_still_told() -> None:
    deal = agreed()
    hers, _ = open_chat(deal)
    seq = hers.say("Have you seen this?")
    api = Api(deal.buyer.account)
    assert api.get("/chat/settings")["shows_read"] is True
    wanted = {"shows_presence": True, "shows_typing": True, "shows_read": False, "enter_sends": False}
    assert api("PUT", "/chat/settings", wanted).json() == wanted
    with hints_heard() as heard:
        actions.mark_read(deal.code, by=deal.buyer.account, seq=seq)
    told = [message for _, message in heard if message["t"] == "read"]
    assert [(one["read"], one["delivered"]) for one in told] == [(0, seq)]
    (seen,) = queries.marks(deal.code, account=deal.seller.account)
    assert (seen.read, seen.delivered) == (0, seq)
    (own,) = queries.marks(deal.code, account=deal.buyer.account)
    assert own.read == seq
