"""What is kept for a moment: shared, young, never served for a second, and nothing at all where it is switched off."""

import time
from itertools import count

import pytest
from django.conf import LazySettings

from exchange.offers import kept

KEYS = count()


def test_nothing_is_kept_where_it_is_switched_off(settings: LazySettings) -> None:
    settings.BOOK_KEPT_MS = 0
    numbers, key = count(), next(KEYS)
    assert [kept.kept_or_read(key, lambda: next(numbers)) for _ in range(3)] == [0, 1, 2]


def test_a_young_page_is_given_again_and_an_old_one_is_read_anew(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BOOK_KEPT_MS = 500
    moment = 10**12
    monkeypatch.setattr(time, "monotonic_ns", lambda: moment)
    numbers, key = count(), next(KEYS)

    def read() -> int:
        return kept.kept_or_read(key, lambda: next(numbers))

    assert (read(), read()) == (0, 0)
    moment += 499 * 10**6
    assert read() == 0
    moment += 10**6
    assert (read(), read()) == (1, 1)


def test_a_page_is_never_given_for_a_second_even_while_somebody_reads_it(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BOOK_KEPT_MS = 500
    moment = 10**12
    monkeypatch.setattr(time, "monotonic_ns", lambda: moment)
    key = next(KEYS)
    assert kept.kept_or_read(key, lambda: "old") == "old"
    moment += 600 * 10**6

    def slow() -> str:
        nonlocal moment
        # While this thread reads, others get the old page for a little longer, then read for themselves.
        assert kept.kept_or_read(key, lambda: "other") == "old"
        moment += 300 * 10**6
        assert kept.kept_or_read(key, lambda: "other") == "other"
        return "new"

    assert kept.kept_or_read(key, slow) == "new"


def test_few_things_are_kept(settings: LazySettings) -> None:
    settings.BOOK_KEPT_MS = 500
    for number in range(kept.MOST_KEPT + 10):
        kept.kept_or_read(("many", number), lambda: 1)
    assert len(kept._kept) == kept.MOST_KEPT
