"""The audit log: a chain in which nothing can be changed, left out or moved unseen."""

import pytest

from exchange.core import audit, hashing
from exchange.core.models import AuditEntry
from tests.parallel import at_once

pytestmark = pytest.mark.django_db


def write(count: int = 3) -> list[AuditEntry]:
    return [audit.record("case.read", by="0xCarol", subject=f"case:{n}", data={"n": n}) for n in range(count)]


def test_each_entry_carries_the_hash_of_the_one_before() -> None:
    first, second, third = write()
    assert first.previous == hashing.GENESIS
    assert (second.previous, third.previous) == (first.hash, second.hash)
    assert audit.first_broken() is None


def test_a_changed_entry_is_found() -> None:
    _, second, _ = write()
    AuditEntry.objects.filter(pk=second.pk).update(data={"n": 7})
    assert audit.first_broken() == second.pk


def test_a_missing_entry_is_found() -> None:
    _, second, third = write()
    second.delete()
    assert audit.first_broken() == third.pk


def test_an_empty_log_is_whole() -> None:
    assert audit.first_broken() is None


@pytest.mark.django_db(transaction=True)
def test_parallel_writers_do_not_fork_the_chain() -> None:
    results = at_once(40, lambda n: audit.record("case.read", by="0xCarol", subject=f"case:{n}"))
    assert all(isinstance(result, AuditEntry) for result in results)
    assert AuditEntry.objects.count() == 40
    assert audit.first_broken() is None
