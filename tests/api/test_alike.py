"""Strangers who ask the same get the same bytes; who is signed in never gets theirs, and every call is counted."""

import time
from itertools import count

import pytest
from django.conf import LazySettings
from django.test import Client

from exchange.accounts.regards import regard
from exchange.api import alike
from exchange.core import clock
from exchange.offers import book
from exchange.offers.kept import Shelf
from exchange.offers.models import Offer
from tests.api.client import Api
from tests.builders import ben, catalog, sara
from tests.offers.shelves import plain

pytestmark = pytest.mark.django_db
_cents = count(1)


@pytest.fixture
def asked(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> str:
    """A question nobody asked before, while pages are kept and nothing of an earlier test is."""
    settings.BOOK_KEPT_MS = 700
    for name in ("_pairs", "_markets", "_keys_of_methods"):
        monkeypatch.setattr(book, name, Shelf(oldest_ms=150))
    catalog()
    return f"/api/v1/offers?side=buy&amount=173.{next(_cents):02}"


def codes(answer: object) -> list[str]:
    return [row["id"] for row in answer.json()["items"]]  # type: ignore[attr-defined]


def test_a_stranger_gets_what_another_got_with_the_same_tag_and_is_counted(
    asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain()
    first = Client().get(asked)
    monkeypatch.setattr("exchange.api.routes.offers.page_of", None)
    again = Client().get(asked)
    assert (again.content, again["ETag"], again["Content-Type"]) == (
        first.content,
        first["ETag"],
        "application/json",
    )
    assert int(again["RateLimit-Remaining"]) == int(first["RateLimit-Remaining"]) - 1
    assert (again["Cache-Control"], again["Vary"]) == ("no-cache", first["Vary"])
    assert Client().get(asked, headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_a_change_is_seen_within_a_second(asked: str) -> None:
    offer = plain()
    assert codes(Client().get(asked)) == [offer.code]
    Offer.objects.update(state="paused")
    time.sleep(0.95)
    assert codes(Client().get(asked)) == []


def test_who_is_signed_in_reads_afresh_and_leaves_nothing_behind(asked: str) -> None:
    offer = plain()
    assert codes(Client().get(asked)) == [offer.code]
    regard(sara().account, by=ben().account, kind="block", note="", now=clock.now())
    assert codes(Api(ben().account)("GET", asked.removeprefix("/api/v1"))) == []
    browser = Client()
    browser.force_login(ben().account)
    assert codes(browser.get(asked)) == []
    assert codes(Client().get(asked)) == [offer.code]


def test_a_token_that_is_not_valid_is_refused_though_the_page_is_known(asked: str) -> None:
    Client().get(asked)
    assert Client().get(asked, headers={"Authorization": "Bearer ply_nonsense"}).status_code == 401


def test_a_stranger_who_asks_too_often_is_refused_though_the_page_is_known(
    asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Client().get(asked)
    monkeypatch.setattr(alike, "_counted", alike.throttle.PerCaller(alike.throttle.per_minute("alike-test", 0)))
    refused = Client().get(asked)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")


def test_few_addresses_are_remembered_and_no_long_ones(asked: str) -> None:
    Client().get(asked + "&method=" + "%73" * 400)
    assert not any(len(text) > alike.LONGEST for _, text in alike._questions)
    for number in range(5):
        Client().get(f"{asked}&limit={number + 1}")
    assert 0 < len(alike._questions) <= alike.MOST_REMEMBERED
