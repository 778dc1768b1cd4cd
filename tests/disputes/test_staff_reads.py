"""Whatever the arbiter of a case reads of the trade over the API is on record, and the two traders are shown it."""

import hashlib

import pytest

from exchange.chat import attachments
from exchange.core import clock
from exchange.core.models import AuditEntry
from exchange.disputes.readings import WORDS
from tests.api.matrix import MATRIX, ROLES
from tests.api.world import World, build
from tests.builders import ben, carol, sara
from tests.web.visiting import sound, visit

pytestmark = pytest.mark.django_db
CAROL = ROLES.index("carol")
READS = sorted(
    route for route, row in MATRIX.items() if route.startswith("GET /trades/{code}") and row.answers[CAROL] == 200
)
EACH = [*READS, "GET /arbiter/cases/{code}", "GET /arbiter/cases/{code}/transcript", "GET /arbiter/cases/{code}/export"]


@pytest.fixture
def world() -> World:
    return build()


def test_the_trade_its_messages_keys_and_files_are_among_what_an_arbiter_reads() -> None:
    told = {"", "/messages", "/chat-keys", "/evidence"}
    assert {f"GET /trades/{{code}}{part}" for part in told} <= set(READS)


@pytest.mark.parametrize("route", EACH)
def test_an_arbiters_read_is_recorded_once_and_told_to_both_traders(route: str, world: World) -> None:
    before = AuditEntry.objects.count()
    assert world.call(route, world.callers["carol"]).status_code == 200
    (entry,) = AuditEntry.objects.order_by("id")[before:]
    assert (entry.actor, entry.subject) == (carol().address, world.names["code"])
    for who in (sara(), ben()):
        page = sound(visit(who).get(f"/trades/{world.names['code']}/dispute"))
        assert f"Carol {WORDS[entry.act]}" in page.words


@pytest.mark.parametrize("route", READS)
def test_what_the_traders_read_themselves_is_nobodys_business(route: str, world: World) -> None:
    before = AuditEntry.objects.count()
    for name in ("sara", "ben"):
        assert world.call(route, world.callers[name]).status_code == 200
    assert world.call(route, world.callers["mallory"]).status_code == 404
    assert AuditEntry.objects.count() == before


def test_a_file_of_the_chat_is_recorded_when_the_arbiter_fetches_it(world: World) -> None:
    data = b"x" * 273
    digest = hashlib.sha256(data).hexdigest()
    upload = attachments.begin_upload(
        world.names["code"], by=ben().account, size=len(data), hashes=[digest], now=clock.now()
    )
    attachments.store_chunk(world.names["code"], upload.name, 0, by=ben().account, data=data, now=clock.now())
    path = f"/trades/{world.names['code']}/attachments/{upload.name}/chunks/0"
    before = AuditEntry.objects.filter(act="chat.file").count()
    assert world.callers["ben"]("GET", path).status_code == 200
    assert AuditEntry.objects.filter(act="chat.file").count() == before
    assert world.callers["carol"]("GET", path).status_code == 200
    assert AuditEntry.objects.filter(act="chat.file", actor=carol().address).count() == before + 1
