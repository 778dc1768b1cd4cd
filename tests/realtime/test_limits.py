"""One bad socket ends; no other notices."""

import json
import socket as sockets
import time

import pytest

from exchange.core.hints import hint
from exchange.realtime.consumer import MAX_FRAME
from exchange.realtime.pace import Pace
from tests.builders import ben, catalog, mallory
from tests.realtime.client import open_socket

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_frame_over_64_kib_closes_that_socket_alone(url: str) -> None:
    with open_socket(url, mallory().account, max_size=None) as ear, open_socket(url, ben().account) as other:
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


def test_a_flood_is_slowed_and_then_ended_while_others_are_served(url: str) -> None:
    with open_socket(url, mallory().account) as ear, open_socket(url, ben().account) as other:
        ear.connection.socket.settimeout(1)
        end = time.monotonic() + 25
        try:
            while time.monotonic() < end:
                ear.connection.send('{"t": "nothing"}')
                ear.connection.recv(timeout=0)
        except TimeoutError:
            pass
        except Exception:  # noqa: BLE001 - the line was closed on us, as it should be
            assert ear.connection.close_code == 1008
        started = time.monotonic()
        assert other.follow("user") == ["user"]
        assert time.monotonic() - started < 2


def test_a_reader_that_does_not_read_is_closed_and_others_hear_on(url: str) -> None:
    catalog()
    with open_socket(url) as slow, open_socket(url) as quick:
        slow.connection.socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        for ear in (slow, quick):
            ear.follow("book:ETH/EUR")
        slow.connection.recv_events_lock.acquire() if hasattr(slow.connection, "recv_events_lock") else None
        for number in range(4000):
            hint("book:ETH/EUR", {"t": "book", "id": "ETH/EUR", "n": number, "pad": "x" * 2000})
            if number % 100 == 99:
                quick.hear("book", n=number)
        assert quick.hear("beat")


async def test_a_pace_admits_bursts_slows_and_gives_up() -> None:
    pace = Pace(credit=0)
    started = time.monotonic_ns()
    assert await pace.admit()
    assert time.monotonic_ns() - started > 5 * 10**6
    assert pace.slowed == 1
