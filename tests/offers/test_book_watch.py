"""Which books have changed: noted by the database, whoever changes them, and read by every process for itself."""

import threading
import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.db import connection, transaction

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.offers.book_changes import KEEP, BookChange, forget_changes
from exchange.offers.book_watch import ASK_EVERY_MS, Watch
from exchange.offers.models import Offer
from exchange.prices.models import Reading
from exchange.reputation.models import Standing
from tests.api.client import Api
from tests.builders import ben, catalog, margin, market_price, offer, sara

PAIR = "ETH/EUR"


def asked_anew(watch: Watch) -> None:
    """Let the next question be asked of the database."""
    time.sleep(ASK_EVERY_MS / 1000 + 0.01)
    watch.is_unchanged(PAIR, since=0)


@pytest.fixture
def watch() -> Watch:
    watch = Watch()
    watch.is_unchanged(PAIR, since=0)
    return watch


def of(**changes: object) -> Callable[[Offer], object]:
    return lambda one: Offer.objects.filter(pk=one.pk).update(**changes)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change",
    [
        of(remaining_units=1),
        of(state="paused"),
        of(hidden="break"),
        of(visibility="link"),
        of(fixed_price=Decimal(2990)),
        lambda one: one.delete(),
        lambda _: offer(price=margin(50)),
        lambda _: market_price("3001"),
        lambda _: Reading.objects.filter(asset="ETH", currency="EUR").delete(),
        lambda one: Account.objects.filter(pk=one.maker_id).update(is_active=False),
        lambda one: Account.objects.filter(pk=one.maker_id).update(name="Sara S."),
        lambda one: Standing.objects.create(account=one.maker, finished=1, updated_at=clock.now()),
    ],
)
def test_whoever_changes_what_a_page_shows_the_change_is_noticed(change: Callable[[Offer], object]) -> None:
    market_price("3000")
    made = offer()
    watch = Watch()
    watch.is_unchanged(PAIR, since=0)
    read = time.monotonic_ns()
    asked_anew(watch)
    assert watch.is_unchanged(PAIR, since=read)
    change(made)
    asked_anew(watch)
    assert not watch.is_unchanged(PAIR, since=read)
    assert watch.is_unchanged("ETH/USD", since=read)
    assert watch.is_unchanged(PAIR, since=time.monotonic_ns())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change",
    [
        lambda one: Account.objects.filter(pk=one.maker_id).update(last_active_at=clock.now()),
        lambda _: Account.objects.filter(pk=ben().account.pk).update(name="Benny"),
        lambda _: Offer.objects.filter(state="paused").update(max_fiat=Decimal(2000)),
        lambda _: None,
    ],
)
def test_what_no_page_shows_changes_no_book(change: Callable[[Offer], object]) -> None:
    made, paused = offer(), offer()
    Offer.objects.filter(pk=paused.pk).update(state="paused")
    ben()
    watch = Watch()
    watch.is_unchanged(PAIR, since=0)
    read = time.monotonic_ns()
    change(made)
    asked_anew(watch)
    assert watch.is_unchanged(PAIR, since=read)


@pytest.mark.django_db(transaction=True)
def test_a_change_that_commits_after_a_later_one_is_not_missed() -> None:
    made, other = offer(), offer()
    watch = Watch()
    watch.is_unchanged(PAIR, since=0)
    written, commit = threading.Event(), threading.Event()

    def slowly() -> None:
        with transaction.atomic():
            Offer.objects.filter(pk=made.pk).update(remaining_units=1)
            written.set()
            commit.wait(10)
        connection.close()

    slow = threading.Thread(target=slowly)
    slow.start()
    assert written.wait(10)
    Offer.objects.filter(pk=other.pk).update(remaining_units=1)
    asked_anew(watch)
    read = time.monotonic_ns()
    asked_anew(watch)
    assert watch.is_unchanged(PAIR, since=read)
    commit.set()
    slow.join()
    asked_anew(watch)
    assert not watch.is_unchanged(PAIR, since=read)


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_has_changed_nothing() -> None:
    made = offer()
    watch = Watch()
    watch.is_unchanged(PAIR, since=0)
    read = time.monotonic_ns()
    with transaction.atomic():
        Offer.objects.filter(pk=made.pk).update(remaining_units=1)
        transaction.set_rollback(True)
    asked_anew(watch)
    assert watch.is_unchanged(PAIR, since=read)


@pytest.mark.django_db
def test_before_the_first_answer_nothing_is_known() -> None:
    read = time.monotonic_ns()
    watch = Watch()
    assert not watch.is_unchanged(PAIR, since=read)
    assert watch.is_unchanged(PAIR, since=time.monotonic_ns())


@pytest.mark.django_db(transaction=True)
def test_while_the_database_does_not_answer_nothing_holds_and_afterwards_what_is_read_anew(watch: Watch) -> None:
    read = time.monotonic_ns()
    time.sleep(ASK_EVERY_MS / 1000 + 0.01)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE offers_bookchange RENAME TO gone")
        assert not watch.is_unchanged(PAIR, since=read)
        cursor.execute("ALTER TABLE gone RENAME TO offers_bookchange")
    # Something may have been missed in between.
    assert not watch.is_unchanged(PAIR, since=read)
    assert watch.is_unchanged(PAIR, since=time.monotonic_ns())


@pytest.mark.django_db(transaction=True)
def test_one_transaction_notes_a_pair_once_however_many_offers_it_changes() -> None:
    for _ in range(3):
        offer()
    BookChange.objects.all().delete()
    with transaction.atomic():
        Offer.objects.update(remaining_units=10**18)
        Offer.objects.update(remaining_units=10**17)
    assert list(BookChange.objects.values_list("pair", flat=True)) == [PAIR]


@pytest.mark.django_db
def test_changes_are_forgotten_when_everybody_has_read_them() -> None:
    offer()
    assert forget_changes(now=clock.now()) == 0
    assert forget_changes(now=clock.now() + KEEP + KEEP) > 0
    assert not BookChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_stranger_sees_a_change_within_a_second_and_the_same_page_until_then(settings: LazySettings) -> None:
    settings.BOOK_KEPT_MS = 100
    catalog()
    market_price("3000")
    made = offer()
    question = "/offers?side=buy&asset=ETH&currency=EUR&limit=41"  # which no other test asks

    def listed() -> bool:
        return any(row["id"] == made.code for row in Api().get(question)["items"])

    assert listed()
    time.sleep(0.5)
    assert listed()
    Api(sara().account).patch(f"/offers/{made.code}", {"version": 1, "state": "paused"})
    time.sleep(0.5)
    assert not listed()
