"""A server that drops, keeps back or turns round messages: Ben's own browser says so and distrusts that log."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.e2e.browser import Person
from tests.e2e.running import Running
from tests.e2e.test_trade_in_two_browsers import meet
from tests.e2e.trader import Trader

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
Log = dict[str, Any]
SAID = ("My bank is the one in the details", "Please send it in one part", "I am here until ten")


@pytest.fixture(scope="module")
def talk(browser: Browser, shared: Running) -> Iterator[tuple[Person, Person]]:
    """Sara and Ben in one room, three messages of Sara's in Ben's log."""
    sara, ben = meet(browser, shared)
    trade = ben.take(Trader(shared.url, index=1).offer(), fiat="250")
    sara.go(f"/trades/{trade}")
    sara.unlock_chat()
    ben.unlock_chat()
    for words in SAID:
        sara.say(words)
        ben.hears(words)
    yield sara, ben
    sara.close()
    ben.close()


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


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        (dropped, "left out what comes after message 1"),
        (kept_back, "keeps back what comes after message 2"),
        (shrunk, "dropped messages that it showed before: 3 there were, 2 there are"),
        (turned_round, "other messages than before, or the same in another order"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_ben_is_told_that_the_log_is_not_what_it_was(
    talk: tuple[Person, Person], lie: Callable[[Log], None], words: str
) -> None:
    _, ben = talk

    def tell(route: Route) -> None:
        answer = route.fetch()
        log = answer.json()
        if log["items"]:
            lie(log)
        route.fulfill(response=answer, json=log)

    ben.page.route("**/messages?after=*", tell)
    ben.page.reload()
    ben.page.wait_for_selector("html[data-live-ready]")
    ben.sees("[data-chat-state]", words)
    ben.sees("[data-chat-state]", "Do not pay or release on what is said here")
    ben.page.unroute("**/messages?after=*")
    # An honest answer to the same page cannot make the log trustworthy again; a fresh look at all of it can.
    ben.page.reload()
    ben.page.wait_for_selector("html[data-live-ready]")
    ben.sees("[data-chat-state]", "Encrypted")
    ben.hears(SAID[2])
    expect(ben.page.locator("[data-chat]").first).not_to_have_attribute("data-chat-badge", "unsafe")
