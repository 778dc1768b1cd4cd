"""A server that drops, keeps back or turns round messages: Ben's own browser says so and distrusts that log."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Route

from tests.e2e.browser import Person
from tests.e2e.running import Running
from tests.e2e.test_trade_in_two_browsers import meet
from tests.e2e.trader import Trader

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
Log = dict[str, Any]
SAID = ("My bank is the one in the details", "Please send it in one part", "I am here until ten")


def dropped(log: Log) -> None:
    """Leave the second message out and say nothing of it."""
    log["items"] = [one for one in log["items"] if one["seq"] != 2]


def kept_back(log: Log) -> None:
    """Say that there are three, and give two."""
    log["items"] = [one for one in log["items"] if one["seq"] < 3]


def shrunk(log: Log) -> None:
    """Say that there never were more than two."""
    kept_back(log)
    log["head"] = 2


def turned_round(log: Log) -> None:
    """Give the first two in each other's place."""
    first, second = log["items"][0], log["items"][1]
    first["msg"], second["msg"] = second["msg"], first["msg"]


LIES: tuple[tuple[Callable[[Log], None], str], ...] = (
    (dropped, "left out what comes after message 1"),
    (kept_back, "keeps back what comes after message 2"),
    (shrunk, "dropped messages that it showed before: 3 there were, 2 there are"),
    (turned_round, "other messages than before, or the same in another order"),
)


def look_again(ben: Person) -> None:
    """Load the room anew."""
    ben.page.reload()
    ben.page.wait_for_selector("html[data-live-ready]")


def test_ben_is_told_of_every_kind_of_lie_about_the_log(browser: Browser, shared: Running) -> None:
    sara, ben = meet(browser, shared)
    trade = ben.take(Trader(shared.url, index=1).offer(), fiat="250")
    sara.go(f"/trades/{trade}")
    sara.unlock_chat()
    ben.unlock_chat()
    sara.sees("[data-chat-state]", "Encrypted")
    for words in SAID:
        sara.say(words)
        ben.hears(words)
    for lie, words in LIES:
        tell = telling(lie)
        ben.page.route("**/messages?after=*", tell)
        look_again(ben)
        ben.sees("[data-chat-state]", words)
        ben.sees("[data-chat-state]", "Do not pay or release on what is said here")
        ben.page.unroute_all(behavior="wait")
        look_again(ben)
        ben.sees("[data-chat-state]", "Encrypted")
        ben.hears(SAID[2])
    assert [*sara.trouble, *ben.trouble] == []
    sara.close()
    ben.close()


def telling(lie: Callable[[Log], None]) -> Callable[[Route], None]:
    """Return a hand that lets every answer about the log tell this lie."""

    def tell(route: Route) -> None:
        answer = route.fetch()
        log = answer.json()
        if log["items"]:
            lie(log)
        route.fulfill(response=answer, json=log)

    return tell
