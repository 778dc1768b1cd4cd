"""One bad socket ends; no other notices."""

import json
import time
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed

from exchange.core.hints import hint
from exchange.realtime.consumer import MAX_BACKLOG, MAX_FRAME
from exchange.realtime.pace import BURST, FLOOD, RATE, Pace
from tests.builders import ben, catalog, mallory
from tests.realtime.client import open_socket

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_frame_over_64_kib_closes_that_socket_alone(url: str) -> None:
    with open_socket(url, mallory().account) as ear, open_socket(url, ben().account) as other:
        ear.say(json.dumps({"t": "sub", "topics": ["x" * MAX_FRAME]}))
        assert ear.code() == 1009
        assert other.follow("user") == ["user"]


def test_a_frame_of_64_kib_is_read(url: str) -> None:
    with open_socket(url, mallory().account) as ear:
        frame = json.dumps({"t": "nothing", "pad": ""})
        ear.say(frame[:-2] + "x" * (MAX_FRAME - len(frame)) + frame[-2:])
        assert ear.hear("error")["code"] == "bad_frame"


def test_binary_frames_are_refused(url: str) -> None:
    with open_socket(url) as ear:
        ear.say(b"\x00\x01")
        assert ear.code() == 1003


@pytest.mark.slow
def test_a_flood_is_slowed_and_then_ended_while_others_are_served(url: str) -> None:
    silent = json.dumps({"t": "unsub", "topics": []})
    with open_socket(url, mallory().account) as ear, open_socket(url, ben().account) as other:
        started = time.monotonic()
        with suppress(ConnectionClosed):
            while time.monotonic() - started < 40:
                ear.say(silent)
        assert ear.connection.close_code == 1008
        assert time.monotonic() - started > FLOOD / RATE / 2  # it was slowed long before it was ended
        assert other.follow("user") == ["user"]


def test_a_reader_that_does_not_read_is_closed_and_others_hear_on(url: str) -> None:
    catalog()
    with open_socket(url, max_queue=1) as deaf, open_socket(url) as ear:
        deaf.follow("book:ETH/EUR")
        ear.follow("book:ETH/EUR")
        for number in range(8 * MAX_BACKLOG // 20_000):
            hint("book:ETH/EUR", {"t": "book", "id": "ETH/EUR", "n": number, "pad": "x" * 20_000})
            ear.hear("book", n=number)
        assert ear.hear("beat")
        assert deaf.code() == 1008


async def test_a_pace_admits_a_burst_slows_what_follows_and_gives_up() -> None:
    pace = Pace()
    started = time.monotonic()
    for _ in range(BURST):
        assert await pace.admit()
    assert pace.slowed == 0
    for _ in range(20):
        assert await pace.admit()
    assert pace.slowed > 0
    assert time.monotonic() - started > 10 / RATE
    pace.slowed = FLOOD
    pace.credit, pace.seen = 0, time.monotonic_ns()
    assert not await pace.admit()
