"""The one notice on top of every page: the worst that is true of the chain, in one wording each."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from escrow.health import chain_health
from escrow.models import ChainReport, Cursor
from escrow.queries import ChainHealth
from exchange.web.context import banner_of
from tests.builders import ben, catalog, market_price
from tests.web.visiting import sound, visit

NBSP = "\u00a0"


def health(**facts: Any) -> ChainHealth:
    """Return the health of a chain with which all is well, but for `facts`."""
    well: dict[str, Any] = {
        "head": 10,
        "head_time": None,
        "last_seen_at": None,
        "age_seconds": 0,
        "blocks_behind": 0,
        "is_down": False,
        "is_stale": False,
        "reorg_alarm": False,
        "nodes_disagree": False,
        "books_differ": False,
        "reconciled_block": 10,
        "nodes": (),
    }
    return ChainHealth(**well | facts)


def words(**facts: Any) -> str:
    banner = banner_of(health(**facts), chain_name="Ethereum", check_at="/docs/how-it-works")
    return "" if banner is None else f"{banner.title} {banner.text}{' [' + banner.link + ']' if banner.link else ''}"


def test_with_all_well_there_is_no_notice() -> None:
    assert words() == ""
    assert health().word == "ok"


def test_old_data_says_how_old_and_not_to_pay() -> None:
    assert words(is_stale=True, age_seconds=250) == f"Chain data is 4{NBSP}min old. Do not pay until this clears."


def test_no_node_says_that_coins_are_safe_and_where_to_look() -> None:
    assert words(is_down=True, is_stale=True, age_seconds=250) == (
        "We cannot reach Ethereum. Do not pay until this clears. Escrowed coins are not affected; [/docs/how-it-works]"
    )


def test_the_worst_comes_first() -> None:
    every = {"is_down": True, "is_stale": True, "nodes_disagree": True, "books_differ": True}
    assert words(**every, reorg_alarm=True).startswith("The chain was rewritten.")
    assert words(**every).startswith("We are checking our records")
    assert words(nodes_disagree=True).startswith("Our sources disagree")
    assert health(**every).word == "books differ"


@pytest.mark.django_db
def test_the_notice_stands_on_a_page_and_links_to_the_explanation() -> None:
    catalog()
    market_price("3000")
    page = sound(visit(ben()).get("/trades"))
    assert "We cannot reach" in page.words
    assert "/docs/how-it-works" in page.links
    Cursor.objects.create(
        chain_id=31337, block_number=5, head_number=5, polled_at=datetime.now(UTC) - timedelta(seconds=245)
    )
    assert f"Chain data is 4{NBSP}min old." in visit(ben()).get("/trades").content.decode()
    Cursor.objects.update(polled_at=datetime.now(UTC))
    assert "Chain data" not in sound(visit(ben()).get("/trades")).words


@pytest.mark.django_db
def test_nodes_that_all_fail_are_down_before_the_data_is_old() -> None:
    now = datetime.now(UTC)
    Cursor.objects.create(chain_id=31337, block_number=5, head_number=5, polled_at=now - timedelta(seconds=20))
    ChainReport.objects.create(chain_id=31337, nodes=[{"label": "a", "kind": "failing", "reason": "a: HTTP 500"}])
    assert chain_health(now=now).word == "unreachable"
    ChainReport.objects.update(nodes=[{"label": "a", "kind": "ok", "reason": ""}])
    assert chain_health(now=now).word == "ok"
