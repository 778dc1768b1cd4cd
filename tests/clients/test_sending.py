"""Sending: what is lost is sent again with the same key, what is refused is raised, and both clients do the same."""

import asyncio
import json
import socket
from typing import Any

import pytest

from parley_client import AsyncParley, Parley, Problem, Unreachable
from parley_client.core import Call, wait_before
from tests.webhooks.receiver import Receiver, receiving, says

BUSY, FINE = (
    says(503, b"{}", Retry_After="0", Content_Type="application/json"),
    says(200, b'{"ok": true}', Content_Type="application/json"),
)


def run(receiver: Receiver, call: Call, *, is_async: bool) -> Any:
    node = f"http://127.0.0.1:{receiver.port}"
    if not is_async:
        with Parley(node, token="ply_x") as parley:
            return parley.run(call)

    async def ask() -> Any:
        async with AsyncParley(node, token="ply_x") as parley:
            return await parley.run(call)

    return asyncio.run(ask())


@pytest.mark.parametrize("is_async", [False, True])
def test_a_call_is_sent_again_with_the_same_key_until_it_is_answered(is_async: bool) -> None:
    tries = iter([BUSY, lambda _: None, BUSY, FINE])

    def answer(connection: socket.socket) -> None:
        next(tries)(connection)

    with receiving(answer) as receiver:
        assert run(receiver, Call("POST", "/offers", body={"a": 1}), is_async=is_async) == {"ok": True}
        keys = {headers["idempotency-key"] for headers, _ in receiver.requests}
        assert (len(receiver.requests), len(keys)) == (4, 1)
        assert {body for _, body in receiver.requests} == {b'{"a":1}'}
        assert receiver.requests[0][0]["authorization"] == "Bearer ply_x"


@pytest.mark.parametrize("is_async", [False, True])
def test_a_refusal_is_raised_with_its_code_and_not_repeated(is_async: bool) -> None:
    told = {
        "code": "below_minimum",
        "detail": "Starts at 50.",
        "errors": [{"pointer": "/amount_fiat", "detail": "More."}],
    }
    with receiving(says(422, json.dumps(told).encode(), Content_Type="application/problem+json")) as receiver:
        with pytest.raises(Problem) as refused:
            run(receiver, Call("GET", "/offers"), is_async=is_async)
        assert (refused.value.status, refused.value.code, len(receiver.requests)) == (422, "below_minimum", 1)
        assert "/amount_fiat: More." in str(refused.value)
        assert "idempotency-key" not in receiver.requests[0][0]


def test_a_node_that_never_answers_is_given_up() -> None:
    with receiving(lambda _: None) as receiver, pytest.raises(Unreachable):
        run(receiver, Call("GET", "/info"), is_async=False)


def test_the_token_goes_to_the_node_and_to_nobody_else() -> None:
    with receiving(FINE) as node, receiving(FINE) as other:
        run(node, Call("POST", "", body={}, url=f"http://127.0.0.1:{other.port}/rpc"), is_async=False)
        ((headers, _),) = other.requests
        assert "authorization" not in headers
        assert "idempotency-key" not in headers


def test_waits_grow_honour_the_node_and_end() -> None:
    waits = [wait_before(attempt, status=503, code="", retry_after=None) for attempt in range(1, 7)]
    assert waits[:5] == [0.4, 0.8, 1.6, 3.2, 6.4]
    assert waits[5] is None
    assert wait_before(1, status=429, code="", retry_after="7") == 7
    assert wait_before(1, status=409, code="in_progress", retry_after="2") == 2
    assert wait_before(1, status=409, code="offer_gone", retry_after=None) is None
    assert wait_before(1, status=200, code="", retry_after=None) is None
