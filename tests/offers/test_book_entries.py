"""The entries of the book by method are what its offers say, whichever way an offer changes."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.core import clock
from exchange.offers.book import book
from exchange.offers.claims import claim
from exchange.offers.models import BookEntry, Offer
from tests.builders import method
from tests.offers.shelves import ETHER, Wish, floating, plain, store

pytestmark = pytest.mark.django_db


def entries() -> set[tuple[Any, ...]]:
    rows = BookEntry.objects.values_list("offer_id", "method_key", "run", "side", "currency_id", "place")
    return set(rows)


def expected(offer: Offer) -> set[tuple[Any, ...]]:
    """Return what stands in the book for an offer, reckoned in Python."""
    if (offer.state, offer.visibility, offer.hidden) != ("active", "public", ""):
        return set()
    is_sale = offer.side == "sell"
    runs: dict[str, Decimal | int | None] = {}
    if offer.price_type == "fixed":
        runs["fixed"] = offer.fixed_price
    elif offer.price_type == "formula":
        runs |= {"parked": 0} if offer.formula_price is None else {"formula": offer.formula_price}
    else:
        runs["margin"] = offer.margin_bps
        if offer.floor_price is not None:
            runs["floor"] = offer.margin_bps if is_sale else offer.floor_price
        if offer.ceiling_price is not None:
            runs["ceiling"] = offer.ceiling_price if is_sale else offer.margin_bps
    return {
        (offer.pk, key, run, offer.side, offer.currency_id, Decimal(place or 0) * (1 if is_sale else -1))
        for run, place in runs.items()
        for key in offer.method_keys
    }


changes = st.sampled_from(
    [
        {"state": "paused"},
        {"state": "active"},
        {"hidden": "hours"},
        {"hidden": ""},
        {"visibility": "link"},
        {"remaining_units": ETHER},
        {"formula_price": "3010", "price_type": "formula", "formula": "1", "margin_bps": None, "fixed_price": None},
        {"formula_price": None},
        {"floor_price": "2900"},
        {"ceiling_price": "3300"},
        {"side": "buy"},
        {"method_keys": []},
        {"method_keys": [7, 9]},
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(changes, max_size=6), kind=st.sampled_from(["fixed", "margin", "formula"]))
def test_whatever_happens_to_an_offer_its_entries_follow(steps: list[dict[str, Any]], kind: str) -> None:
    Offer.objects.all().delete()
    offer = store(
        Wish(
            kind=kind,
            fixed="3000" if kind == "fixed" else None,
            bps=100 if kind == "margin" else None,
            gives="2990" if kind == "formula" else None,
            methods=("sepa", "bizum"),
        )
    )
    assert entries() == expected(offer)
    for step in steps:
        if kind == "fixed" and step.keys() & {"floor_price", "ceiling_price"}:
            continue
        Offer.objects.filter(pk=offer.pk).update(**step)
        offer.refresh_from_db()
        kind = offer.price_type
        assert entries() == expected(offer)
    offer.delete()
    assert entries() == set()


def test_a_take_writes_no_entry() -> None:
    offer = plain()
    before = version_of_rows()
    assert claim(offer.pk, version=1, units=ETHER // 2, now=clock.now())
    assert version_of_rows() == before


def version_of_rows() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text, offer_id, run FROM offers_bookentry ORDER BY offer_id, run")
        return list(cursor.fetchall())


def test_offers_that_stood_in_the_book_before_the_entries_are_entered() -> None:
    floating(100, floor="2900", ceiling="3300")
    floating(-50, side="buy", floor="2900", ceiling="3300")
    plain(state="paused")
    store(Wish(kind="formula", gives=None))
    known = entries()
    loader = MigrationLoader(connection)
    write = next(
        step for step in loader.get_migration("offers", "0003_book_entries").operations if hasattr(step, "sql")
    )
    BookEntry.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(str(write.sql).rpartition("EXECUTE FUNCTION offers_enter_book();")[2])
    assert entries() == known


def test_an_offer_with_two_of_the_methods_asked_for_stands_on_the_page_once() -> None:
    both, one = plain(price="3000"), plain(price="2990")
    Offer.objects.filter(pk=both.pk).update(method_keys=sorted([method("sepa").pk, method("bizum").pk]))
    Offer.objects.filter(pk=one.pk).update(method_keys=[method("bizum").pk])
    page = book(side="buy", asset="ETH", currency="EUR", method=["sepa", "bizum"], limit=1, now=clock.now())
    assert [row.code for row in page.items] == [one.code]
    rest = book(
        side="buy", asset="ETH", currency="EUR", method=["sepa", "bizum"], limit=5, cursor=page.next, now=clock.now()
    )
    assert ([row.code for row in rest.items], rest.next) == ([both.code], None)
