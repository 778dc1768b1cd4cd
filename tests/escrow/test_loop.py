"""A loop outlives everything its step throws, and ends when it is told to."""

import itertools
import threading
import time

import pytest

from escrow import loop
from escrow.errors import Unavailable
from escrow.indexer.scan import ChunkSize


def test_failures_are_waited_out_and_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loop, "FIRST_PAUSE", 0.01)
    stop, tried = threading.Event(), []

    def step() -> bool:
        tried.append(time.monotonic())
        if len(tried) < 4:
            raise Unavailable("no node")
        if len(tried) == 4:
            raise ZeroDivisionError
        if len(tried) == 6:
            stop.set()
        return True

    loop.run_forever(step, name="the tester", pause=60, stop=stop)
    assert len(tried) == 6
    gaps = [later - earlier for earlier, later in itertools.pairwise(tried)]
    assert gaps[0] >= 0.01
    assert gaps[2] >= 0.04, "longer and longer"
    told = [record.getMessage() for record in caplog.records if record.name == loop.__name__]
    assert told == [
        "the tester cannot go on, trying again: Unavailable: no node",
        "the tester cannot go on, trying again: ZeroDivisionError: ",
        "the tester works again",
    ]


def test_a_loop_told_to_stop_does_not_wait_out_its_pause() -> None:
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    started = time.monotonic()
    loop.run_forever(lambda: False, name="the tester", pause=60, stop=stop)
    assert time.monotonic() - started < 10


def test_the_size_of_a_chunk_follows_what_the_node_bears() -> None:
    size = ChunkSize(1000)
    size.learn(logs=0)
    assert size.blocks == 8000
    size.shrink()
    assert size.blocks == 4000
    size.learn(logs=0)
    assert size.blocks == 4251, "a refused size is approached again slowly"
    size.learn(logs=10_000)
    assert size.blocks == 2125, "half as many blocks for half as many logs"
    for _ in range(20):
        size.shrink()
    assert size.blocks == 1
    for _ in range(2000):
        size.learn(logs=0)
    assert size.blocks == ChunkSize.MOST
