"""A node's push wakes the indexer; without one, or when it dies, polling goes on."""

import threading
import time
from collections.abc import Callable

from escrow.indexer.heads import Heads, socket_url
from exchange.stack.ports import choose_port
from tests.chain.world import World


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_each_new_block_wakes_and_a_dead_socket_says_so(world: World, node: object) -> None:
    wake, stop = threading.Event(), threading.Event()
    heads = Heads(world.url, wake=wake, stop=stop)
    heads.start()
    try:
        wait_until(lambda: heads.is_live)
        wake.clear()
        world.mine()
        assert wake.wait(30)
        wake.clear()
        node.kill()  # type: ignore[attr-defined]
        assert wake.wait(30), "polling begins the moment the push is gone"
        wait_until(lambda: not heads.is_live)
    finally:
        stop.set()


def test_a_node_without_a_socket_is_polled(world: World) -> None:
    wake, stop = threading.Event(), threading.Event()
    heads = Heads(f"http://127.0.0.1:{choose_port()}", wake=wake, stop=stop)
    heads.start()
    assert wake.wait(30)
    assert not heads.is_live
    stop.set()


def test_the_socket_is_where_the_node_is() -> None:
    assert socket_url("https://user:key@host/v3/abc") == "wss://user:key@host/v3/abc"
    assert socket_url("http://127.0.0.1:8545") == "ws://127.0.0.1:8545"
