"""What a socket may listen to. A foreign topic is refused like one that does not exist."""

import pytest
from pytest_django import DjangoAssertNumQueries

from exchange.catalog.models import Asset
from exchange.core import clock
from exchange.core.hints import hint
from exchange.disputes import actions as disputes
from exchange.offers import actions as offers
from exchange.realtime import topics
from exchange.realtime.pairs import Pairs
from tests.builders import actor, ben, carol, catalog, mallory, offer, sara, unsigned_offer
from tests.chat.people import open_chat
from tests.realtime.client import open_socket
from tests.trade_builders import agreed, disputed, taken

pytestmark = pytest.mark.django_db(transaction=True)


def test_strangers_hear_the_book_and_prices_and_published_offers(url: str) -> None:
    catalog()
    code = offer().code
    with open_socket(url) as ear:
        wanted = ["book:ETH/EUR", "price:ETH/EUR", f"offer:{code}"]
        assert ear.follow(*wanted) == wanted


def test_what_does_not_exist_is_refused(url: str) -> None:
    catalog()
    wrong = ["trade:NOSUCH00", "user", "queue", "book:ETH/XXX", "book:../..", "offer:NOSUCH00", "", ":", "chat:X", "*"]
    with open_socket(url) as ear:
        assert ear.follow(*wrong) == []
        for topic in wrong:
            assert ear.hear("error", topic=topic)["code"] == "not_found"


def test_a_pair_is_asked_of_the_database_once_for_everybody_who_comes_back(
    django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog()
    pairs = Pairs()
    assert not pairs.remembers("ETH/EUR")
    with django_assert_num_queries(2):
        assert [pairs.is_traded("ETH/EUR") for _ in range(100)] == [True] * 100
        # Mallory cannot make us ask again and again.
        assert not any(pairs.is_traded(f"ETH/{first}{second}X") for first in "ABCDEFGHIJ" for second in "ABCDEFGHIJ")
    assert topics.grants_at_once(["book:ETH/EUR", "price:ETH/USD"], pairs) is not None
    # What is not a known pair is never let in from memory, and neither is what belongs to somebody.
    for topic in ("book:ETH/XXX", "trade:8F3K7Q2M", "user", "queue", "chat:ETH/EUR", "book:"):
        assert topics.grants_at_once(["book:ETH/EUR", topic], pairs) is None
    Asset.objects.filter(symbol="ETH").update(is_active=False)
    monkeypatch.setattr("exchange.realtime.pairs.KEPT_FOR", 0)
    monkeypatch.setattr("exchange.realtime.pairs.ASKED_EVERY", 0)
    assert not pairs.remembers("ETH/EUR")
    assert not pairs.is_traded("ETH/EUR")


def test_a_foreign_trade_sounds_exactly_like_no_trade(url: str) -> None:
    deal = agreed()
    with open_socket(url, mallory().account) as ear:
        answers = []
        for code in (deal.code, "NOSUCH00"):
            ear.say({"t": "sub", "topics": [f"trade:{code}"]})
            assert ear.hear("sub")["topics"] == []
            answers.append({**ear.hear("error"), "topic": ""})
            assert ear.hear("beat")["heads"] == {}
        assert answers[0] == answers[1]
        hint(f"trade:{deal.code}", {"t": "trade", "id": deal.code, "v": 99})
        assert ear.hears_nothing_of("trade")


def test_names_of_the_hub_s_own_channels_open_nothing(url: str) -> None:
    deal = agreed()
    with open_socket(url, mallory().account) as ear:
        assert ear.follow(f"chat:{deal.code}", f"user:{sara().address}", f"trade:{deal.code.lower()}") == []


def test_parties_hear_their_trade_and_see_its_head_at_once(url: str) -> None:
    deal = taken()
    with open_socket(url, deal.seller.account) as hers, open_socket(url, deal.buyer.account) as his:
        for ear in (hers, his):
            assert ear.follow(f"trade:{deal.code}") == [f"trade:{deal.code}"]
            assert ear.hear("beat")["heads"] == {f"trade:{deal.code}": {"v": 1, "seq": 0}}
        deal.sign_terms(deal.buyer)
        for ear in (hers, his):
            heard = ear.hear("trade")
            assert (heard["id"], heard["v"]) == (deal.code, 2)


def test_the_arbiter_hears_a_case_only_once_claimed_and_never_the_chat(url: str) -> None:
    deal = disputed()
    disputes.follow_dispute(deal.code)
    chat, _ = open_chat(deal)
    with open_socket(url, carol().account) as ear, open_socket(url, actor(4, is_arbiter=True).account) as other:
        assert ear.follow("queue", f"trade:{deal.code}") == ["queue"]
        disputes.claim(deal.code, by=carol().account, now=clock.now())
        ear.hear("queue")
        assert ear.follow(f"trade:{deal.code}") == [f"trade:{deal.code}"]
        assert set(ear.hear("beat")["heads"][f"trade:{deal.code}"]) == {"v"}
        assert other.follow(f"trade:{deal.code}") == []
        chat.say("for Ben alone")
        assert ear.hears_nothing_of("chat")


def test_a_token_without_the_scope_hears_no_trades(url: str) -> None:
    deal = agreed()
    with open_socket(url, deal.buyer.account, "offers:read") as ear:
        assert ear.follow(f"trade:{deal.code}") == []


def test_a_draft_is_heard_by_its_maker_only(url: str) -> None:
    code = unsigned_offer().code
    with open_socket(url, sara().account) as hers, open_socket(url, ben().account) as his:
        assert hers.follow(f"offer:{code}") == [f"offer:{code}"]
        assert his.follow(f"offer:{code}") == []


def test_unsubscribing_ends_the_hints(url: str) -> None:
    made = offer()
    with open_socket(url) as ear:
        ear.follow(f"offer:{made.code}", "book:ETH/EUR")
        ear.say({"t": "unsub", "topics": [f"offer:{made.code}"]})
        ear.follow("price:ETH/EUR")
        offers.pause(made, by=sara().account, version=made.version, now=clock.now())
        ear.hear("book")
        assert ear.hears_nothing_of("offer")


def test_hints_of_one_s_own_reach_oneself_alone(url: str) -> None:
    with open_socket(url, sara().account) as hers, open_socket(url, mallory().account) as ear:
        assert hers.follow("user") == ear.follow("user") == ["user"]
        hint(f"user:{sara().address}", {"t": "notif", "id": 1})
        hers.hear("notif")
        assert ear.hears_nothing_of("notif")


def test_too_many_topics_are_refused(url: str) -> None:
    catalog()
    with open_socket(url) as ear:
        ear.say({"t": "sub", "topics": [f"offer:{number:08d}" for number in range(101)]})
        assert ear.hear("error")["code"] == "too_many_topics"
