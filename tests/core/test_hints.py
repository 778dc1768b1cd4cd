"""Hints leave after commit, and losing them never fails a change."""

import pytest
from django.db import transaction

from exchange.core.hints import hint
from tests.hearing import hints_heard

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_hint_leaves_after_commit() -> None:
    with hints_heard() as heard:
        with transaction.atomic():
            hint("trade:8F3K7Q2M", {"t": "trade", "v": 17})
            assert heard == []
        hint("book:ETH/EUR", {"t": "book"})
    assert heard == [("trade:8F3K7Q2M", {"t": "trade", "v": 17}), ("book:ETH/EUR", {"t": "book"})]


def test_a_change_that_is_undone_gives_no_hint() -> None:
    with hints_heard() as heard, transaction.atomic():
        hint("trade:8F3K7Q2M", {"t": "trade"})
        transaction.set_rollback(True)
    assert heard == []


def test_a_message_that_cannot_be_sent_fails_nothing() -> None:
    with transaction.atomic():
        hint("trade:8F3K7Q2M", {"t": object()})
