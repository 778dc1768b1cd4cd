"""Pages that all web processes share through Redis: found there while young, with the age they really have."""

import json
import time
import uuid
from collections.abc import Callable

import pytest
from django.conf import LazySettings

from exchange.offers import kept_pages
from exchange.offers.kept import PAGE_MS, Shelf
from exchange.offers.kept_pages import AGE, Given, KeptPage, MadePage, young_page

HOLDS = {"all": False}


@pytest.fixture
def question(settings: LazySettings) -> bytes:
    settings.BOOK_KEPT_MS = 700
    return uuid.uuid4().bytes


@pytest.fixture
def another_process(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Forget what this process keeps, as if it were another one that shares only Redis."""

    def forget() -> None:
        # A page holds where a test says so; whether it really does is `test_book_watch.py`'s business.
        monkeypatch.setattr(
            kept_pages, "_shelf", Shelf[KeptPage](oldest_ms=PAGE_MS, holds=lambda page, at: HOLDS["all"])
        )

    return forget


def page_of(question: bytes, make: Callable[[], bytes | MadePage]) -> Given:
    """Ask for a page of a pair that nobody changes; bytes alone are a page without floating prices."""

    def made() -> MadePage:
        page = make()
        return page if isinstance(page, MadePage) else MadePage(content=page)

    return kept_pages.page_of(question, made, pair="ETH/XTS")


def refuse() -> bytes:
    raise AssertionError("the page is made again")


def test_a_page_that_one_process_made_is_what_another_gives(
    question: bytes, another_process: Callable[[], None]
) -> None:
    made = page_of(question, lambda: b"page")
    another_process()
    assert young_page(question) is None
    assert page_of(question, refuse) == made
    assert young_page(question) == made


def test_a_shared_page_is_as_old_as_where_it_was_made(
    question: bytes, another_process: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    page_of(question, lambda: b"old")
    time.sleep(0.4)
    another_process()
    assert page_of(question, refuse).content == b"old"
    now = time.monotonic_ns()
    monkeypatch.setattr(time, "monotonic_ns", lambda: now + 420 * 10**6)
    assert young_page(question) is None


def test_a_shared_page_that_is_no_longer_young_is_made_again(
    question: bytes, another_process: Callable[[], None]
) -> None:
    page_of(question, lambda: b"old")
    time.sleep(0.72)
    another_process()
    assert page_of(question, lambda: b"new").content == b"new"


def test_a_page_that_took_too_long_to_make_is_not_shared(question: bytes, another_process: Callable[[], None]) -> None:
    def slow() -> bytes:
        time.sleep(PAGE_MS / 1000)
        return b"slow"

    assert page_of(question, slow).content == b"slow"
    another_process()
    assert page_of(question, lambda: b"new").content == b"new"


def test_the_age_of_the_market_grows_while_a_page_is_kept_and_shared(
    question: bytes, another_process: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b'{"items":[{"market_age":' + AGE + b'},{"market_age":null},{"market_age":' + AGE + b"}]}"
    first = page_of(question, lambda: MadePage(content=content, market_age=7))
    assert json.loads(first.content)["items"] == [{"market_age": 7}, {"market_age": None}, {"market_age": 7}]
    another_process()
    shared = page_of(question, refuse)
    assert shared == first
    now = time.monotonic_ns()
    monkeypatch.setitem(HOLDS, "all", True)
    monkeypatch.setattr(time, "monotonic_ns", lambda: now + 2_500 * 10**6)
    later = page_of(question, refuse)
    assert [row["market_age"] for row in json.loads(later.content)["items"]] == [9, None, 9]
    assert later.tag != first.tag


@pytest.mark.django_db
def test_a_page_does_not_hold_once_its_market_is_too_old_to_count(settings: LazySettings) -> None:
    now = time.monotonic_ns()
    page = KeptPage(pair="ETH/XTS", made=MadePage(content=b"", market_age=settings.PRICE_MAX_AGE), at=now)
    young = KeptPage(pair="ETH/XTS", made=MadePage(content=b"", market_age=1), at=now)
    later = now + 10**9
    kept_pages.is_unchanged("ETH/XTS", since=later)
    assert not kept_pages._holds(page, later)
    assert kept_pages._holds(young, later)


def test_a_page_without_a_market_says_so(question: bytes) -> None:
    assert page_of(question, lambda: MadePage(content=b"[" + AGE + b"]")).content == b"[null]"


def test_other_questions_and_other_databases_have_pages_of_their_own(
    question: bytes, another_process: Callable[[], None], settings: LazySettings
) -> None:
    page_of(question, lambda: b"page")
    another_process()
    assert page_of(question + b"x", lambda: b"other").content == b"other"
    settings.DATABASES["default"]["NAME"] += "-other"
    try:
        assert page_of(question, lambda: b"of the other").content == b"of the other"
    finally:
        settings.DATABASES["default"]["NAME"] = settings.DATABASES["default"]["NAME"].removesuffix("-other")


def test_without_redis_each_process_reads_for_itself(
    question: bytes, another_process: Callable[[], None], settings: LazySettings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert page_of(question, lambda: b"mine").content == b"mine"
    another_process()
    assert page_of(question, lambda: b"again").content == b"again"


def test_switched_off_every_page_is_made_and_none_shared(
    question: bytes, another_process: Callable[[], None], settings: LazySettings
) -> None:
    settings.BOOK_KEPT_MS = 0
    assert [page_of(question, lambda: b"one").content, page_of(question, lambda: b"two").content] == [b"one", b"two"]
    settings.BOOK_KEPT_MS = 700
    another_process()
    assert page_of(question, lambda: b"new").content == b"new"
