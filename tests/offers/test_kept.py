"""What is kept for a moment: shared, young, never served for a second, and nothing at all where it is switched off."""

import time
from itertools import count

import pytest
from django.conf import LazySettings

from exchange.offers.kept import HELD_MS, MARKET_MS, MOST_KEPT, PAGE_MS, Kept, Shelf


@pytest.fixture
def shelf() -> Shelf[str]:
    return Shelf(oldest_ms=PAGE_MS)


class Watch:
    """A clock that stands still until it is moved, milliseconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moment = 10**12
        monkeypatch.setattr(time, "monotonic_ns", lambda: self.moment)

    def move(self, milliseconds: int) -> None:
        self.moment += milliseconds * 10**6


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


def read_now(value: str, *, is_ours: bool = True) -> Kept[str]:
    return Kept(value=value, at=time.monotonic_ns(), is_ours=is_ours)


def test_nothing_is_kept_where_it_is_switched_off(settings: LazySettings, shelf: Shelf[str]) -> None:
    settings.BOOK_KEPT_MS = 0
    numbers = count()
    assert [shelf.get("key", lambda: read_now(str(next(numbers)))) for _ in range(3)] == ["0", "1", "2"]
    assert (len(shelf), shelf.young("key")) == (0, None)


def test_a_young_page_is_given_again_and_an_old_one_is_read_anew(
    settings: LazySettings, shelf: Shelf[str], watch: Watch
) -> None:
    settings.BOOK_KEPT_MS = 500
    numbers = count()

    def read() -> str:
        return shelf.get("key", lambda: read_now(str(next(numbers))))

    assert (read(), read()) == ("0", "0")
    watch.move(499)
    assert (read(), shelf.young("key")) == ("0", "0")
    watch.move(1)
    assert shelf.young("key") is None
    assert (read(), read()) == ("1", "1")


def test_a_page_is_never_given_when_old_even_while_somebody_reads_it(
    settings: LazySettings, shelf: Shelf[str], watch: Watch
) -> None:
    settings.BOOK_KEPT_MS = 500
    assert shelf.get("key", lambda: read_now("old")) == "old"
    watch.move(600)

    def slow() -> Kept[str]:
        kept = read_now("new")
        # While this thread reads, others get the old page for a little longer, then read for themselves.
        assert shelf.get("key", lambda: read_now("other")) == "old"
        watch.move(PAGE_MS - 600)
        assert shelf.get("key", lambda: read_now("other")) == "other"
        return kept

    assert shelf.get("key", slow) == "new"


def test_the_age_of_a_page_counts_from_the_beginning_of_its_reading(
    settings: LazySettings, shelf: Shelf[str], watch: Watch
) -> None:
    settings.BOOK_KEPT_MS = 500

    def slow() -> Kept[str]:
        kept = read_now("page")
        watch.move(400)
        return kept

    shelf.get("key", slow)
    watch.move(99)
    assert shelf.young("key") == "page"
    watch.move(1)
    assert shelf.young("key") is None


def test_what_another_process_read_is_left_to_it_to_read_anew_for_a_moment(
    settings: LazySettings, shelf: Shelf[str], watch: Watch
) -> None:
    settings.BOOK_KEPT_MS = 500
    shelf.get("key", lambda: read_now("theirs", is_ours=False))
    watch.move(549)
    assert shelf.young("key") == "theirs"
    watch.move(1)
    assert shelf.young("key") is None


def test_a_page_of_an_old_market_is_younger_than_a_second() -> None:
    assert PAGE_MS + MARKET_MS < 1000


def test_few_things_are_kept(settings: LazySettings, shelf: Shelf[str]) -> None:
    settings.BOOK_KEPT_MS = 500
    for number in range(MOST_KEPT + 10):
        shelf.get(number, lambda: read_now("page"))
    assert len(shelf) == MOST_KEPT


def test_what_is_known_to_be_the_same_is_given_on_but_not_for_ever(settings: LazySettings, watch: Watch) -> None:
    settings.BOOK_KEPT_MS = 500
    asked: list[tuple[str, int]] = []
    same = True

    def holds(value: str, at: int) -> bool:
        asked.append((value, at))
        return same

    shelf, began = Shelf[str](oldest_ms=PAGE_MS, holds=holds), time.monotonic_ns()
    assert shelf.get("key", lambda: read_now("first")) == "first"
    watch.move(499)
    assert (shelf.young("key"), asked) == ("first", [])
    watch.move(PAGE_MS)
    assert (shelf.young("key"), shelf.get("key", lambda: read_now("new"))) == ("first", "first")
    assert set(asked) == {("first", began)}
    same = False
    assert shelf.young("key") is None
    same = True
    watch.move(HELD_MS - PAGE_MS - 499)
    assert shelf.get("key", lambda: read_now("second")) == "second"
