"""Files of a trade room: announced, sent in chunks, resumed, held to what was announced, and never shown by us."""

import base64
import hashlib
import secrets
from datetime import timedelta
from typing import Any

import pytest

from exchange.chat import attachments
from exchange.chat.models import Attachment, AttachmentChunk
from exchange.core import clock
from tests.api.client import Api
from tests.builders import mallory
from tests.trade_builders import Deal, agreed

pytestmark = pytest.mark.django_db

FULL = attachments.CHUNK + attachments.TAG


def file_of(*sizes: int) -> list[bytes]:
    """Return encrypted chunks of these sizes."""
    return [secrets.token_bytes(size) for size in sizes]


def announcement(chunks: list[bytes]) -> dict[str, Any]:
    return {"size": sum(map(len, chunks)), "hashes": [hashlib.sha256(one).hexdigest() for one in chunks]}


def put(api: Api, deal: Deal, name: str, index: int, data: bytes, *, expect: int = 200) -> Any:
    path = f"/trades/{deal.code}/attachments/{name}/chunks/{index}"
    answer = api("PUT", path, {"data": base64.b64encode(data).decode()})
    assert answer.status_code == expect, answer.content
    return answer.json()


def sent(deal: Deal, chunks: list[bytes]) -> str:
    """Have the buyer send a whole file and return its name."""
    api = Api(deal.buyer.account)
    name: str = api.post(f"/trades/{deal.code}/attachments", announcement(chunks), expect=201)["name"]
    for index, data in enumerate(chunks):
        put(api, deal, name, index, data)
    return name


def test_a_file_arrives_as_it_was_sent_and_is_served_as_bytes_that_run_nothing() -> None:
    deal, chunks = agreed(), file_of(FULL, FULL, 100)
    name = sent(deal, chunks)
    api = Api(deal.seller.account)
    assert api.get(f"/trades/{deal.code}/attachments/{name}")["missing"] == []
    for index, data in enumerate(chunks):
        answer = api("GET", f"/trades/{deal.code}/attachments/{name}/chunks/{index}")
        assert answer.content == data
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["Content-Disposition"].startswith("attachment")


def test_an_upload_that_was_cut_goes_on_where_it_stopped() -> None:
    deal, chunks = agreed(), file_of(FULL, FULL, FULL, 17)
    api = Api(deal.buyer.account)
    begun = api.post(f"/trades/{deal.code}/attachments", announcement(chunks), expect=201)
    assert begun["missing"] == [0, 1, 2, 3]
    put(api, deal, begun["name"], 2, chunks[2])
    again = api.post(f"/trades/{deal.code}/attachments", announcement(chunks), expect=201)
    assert (again["name"], again["missing"]) == (begun["name"], [0, 1, 3])
    for _ in range(2):
        assert put(api, deal, begun["name"], 0, chunks[0])["missing"] == [1, 3]
    assert Attachment.objects.count() == 1
    assert Attachment.objects.get().finished_at is None


def test_a_chunk_that_was_not_announced_is_refused() -> None:
    deal, chunks = agreed(), file_of(FULL, 500)
    api = Api(deal.buyer.account)
    name = api.post(f"/trades/{deal.code}/attachments", announcement(chunks), expect=201)["name"]
    assert put(api, deal, name, 0, chunks[1], expect=422)["code"] == "wrong_chunk"
    put(api, deal, name, 1, chunks[1][:-1], expect=422)
    put(api, deal, name, 2, chunks[1], expect=404)
    assert not AttachmentChunk.objects.exists()


@pytest.mark.parametrize(
    ("size", "count"), [(attachments.MOST_BYTES + 41 * 16, 41), (FULL + 1, 1), (FULL, 2), (16, 1), (2**31 - 1, 1)]
)
def test_a_size_that_is_too_large_or_does_not_fit_the_chunks_is_refused(size: int, count: int) -> None:
    deal = agreed()
    body = {"size": size, "hashes": ["ab" * 32] * count}
    problem = Api(deal.buyer.account).post(f"/trades/{deal.code}/attachments", body, expect=422)
    assert problem["errors"][0]["pointer"] == "/size"


def test_the_files_of_a_trade_have_a_quota() -> None:
    deal = agreed()
    api = Api(deal.buyer.account)
    for number in range(4):
        body = {"size": 40 * FULL, "hashes": [f"{number:064x}"] * 40}
        api.post(f"/trades/{deal.code}/attachments", body, expect=201)
    api.post(f"/trades/{deal.code}/attachments", {"size": 39 * FULL, "hashes": ["cd" * 32] * 39}, expect=201)
    problem = api.post(f"/trades/{deal.code}/attachments", {"size": 2 * FULL, "hashes": ["ee" * 32] * 2}, expect=409)
    assert problem["code"] == "quota"


def test_mallory_can_neither_send_nor_read_nor_finish_a_file() -> None:
    deal, chunks = agreed(), file_of(300)
    name = sent(deal, chunks)
    api = Api(mallory().account)
    api.post(f"/trades/{deal.code}/attachments", announcement(chunks), expect=404)
    api.get(f"/trades/{deal.code}/attachments/{name}", expect=404)
    assert api("GET", f"/trades/{deal.code}/attachments/{name}/chunks/0").status_code == 404
    put(api, deal, name, 0, chunks[0], expect=404)
    # Nor does the other party write into it.
    put(Api(deal.seller.account), deal, name, 0, chunks[0], expect=404)


def test_another_trade_s_file_is_not_found_under_this_trade() -> None:
    deal, other = agreed(), agreed()
    name = sent(deal, file_of(300))
    Api(deal.buyer.account).get(f"/trades/{other.code}/attachments/{name}", expect=404)


def test_uploads_that_were_never_finished_are_forgotten_and_whole_ones_kept() -> None:
    deal, chunks = agreed(), file_of(FULL, 50)
    whole = sent(deal, file_of(300))
    api = Api(deal.buyer.account)
    name = api.post(f"/trades/{deal.code}/attachments", announcement(chunks), expect=201)["name"]
    put(api, deal, name, 0, chunks[0])
    assert attachments.forget_unfinished(now=clock.now() + timedelta(hours=23)) == 0
    assert attachments.forget_unfinished(now=clock.now() + timedelta(hours=25)) == 1
    assert list(Attachment.objects.values_list("name", flat=True)) == [whole]
    assert AttachmentChunk.objects.count() == 1


def test_a_closed_chat_takes_no_files() -> None:
    deal = agreed()
    deal.trade.__class__.objects.filter(pk=deal.trade.pk).update(
        state="expired", finished_at=clock.now() - timedelta(days=31), deadline=None
    )
    body = announcement(file_of(300))
    problem = Api(deal.buyer.account).post(f"/trades/{deal.code}/attachments", body, expect=409)
    assert problem["code"] == "closed"
    assert "Nothing was sent" in problem["detail"]


def test_the_root_of_a_file_depends_on_every_chunk_and_its_place() -> None:
    hashes = [hashlib.sha256(bytes([number])).digest() for number in range(5)]
    root = attachments.merkle_root(hashes)
    assert len({root, *(attachments.merkle_root(hashes[:count]) for count in range(1, 5))}) == 5
    assert attachments.merkle_root(hashes[::-1]) != root
    assert attachments.merkle_root([*hashes[:-1], hashes[0]]) != root
