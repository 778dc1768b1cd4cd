"""The two ways from a block to a client that `latency.py` compares. Imported once Django is set up."""

import queue
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import orjson
from django.core.management import call_command
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.sync.server import Server, ServerConnection, serve
from websockets.typing import Origin

from escrow import deployment
from escrow.decode import event_topics
from escrow.indexer.heads import Heads, socket_url
from escrow.indexer.step import Follower
from escrow.rpc import Node, chain
from exchange.core.hints import hint
from exchange.trades.project import on_chain_step

PATIENCE_SECONDS = 30
TOPIC = "book:ETH/EUR"


class Client:
    """A socket client that notes what it hears."""

    def __init__(self, connection: ClientConnection, *, kind: str) -> None:
        self.connection = connection
        self.news: queue.Queue[int] = queue.Queue()
        self._kind = kind
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            for frame in self.connection:
                told = orjson.loads(frame)
                if told.get("t") == self._kind:
                    self.news.put(int(told["n"]))
        except ConnectionClosed:
            return


class Ours:
    """The indexer's step, the projection and a hint through the real socket server."""

    def __init__(self, url: str, *, port: int) -> None:
        self._port = port
        self._wake, self._stop, self._is_on = threading.Event(), threading.Event(), threading.Event()
        self._follower = Follower(chain(), contracts=deployment.contracts(), start=0, confirmations=1)
        self._heads = Heads(url, wake=self._wake, stop=self._stop)

        # Milliseconds of each block with events, by what took them.
        self.spent: dict[str, list[float]] = {"indexer's step": [], "projection": []}

    def __enter__(self) -> Self:
        call_command("load_catalog", verbosity=0)
        self._client = Client(_knock(self._port), kind="bench")
        self._heads.start()
        threading.Thread(target=self._run, daemon=True).start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._stop.set()
        self._wake.set()
        self._client.connection.close()

    @contextmanager
    def listening(self) -> Generator[None]:
        """Take part until the block ends."""
        while self._follower.step().kind != "idle":
            pass
        self._is_on.set()
        try:
            yield
        finally:
            self._is_on.clear()

    def heard(self) -> None:
        """Wait until the client has heard of the next block with events."""
        self._client.news.get(timeout=PATIENCE_SECONDS)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait()
            self._wake.clear()
            if not self._is_on.is_set():
                continue
            begun = time.perf_counter()
            step = self._follower.step(pushed=self._heads.take())
            if step.changed:
                stored = time.perf_counter()
                on_chain_step(sorted(step.changed))
                self.spent["indexer's step"].append(1000 * (stored - begun))
                self.spent["projection"].append(1000 * (time.perf_counter() - stored))
                hint(TOPIC, {"t": "bench", "n": step.position})


class Raw:
    """A push, one request for logs, and the bytes down a socket."""

    def __init__(self, url: str) -> None:
        self._node = Node(url)
        self._push_url = socket_url(url)
        self._is_on = threading.Event()
        self._sockets: list[ServerConnection] = []

    def __enter__(self) -> Self:
        self._server: Server = serve(self._keep, "127.0.0.1", 0)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        port = self._server.socket.getsockname()[1]
        self._client = Client(connect(f"ws://127.0.0.1:{port}"), kind="logs")
        self._heads = connect(self._push_url)
        asked = {"jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["newHeads"]}
        self._heads.send(orjson.dumps(asked).decode())
        self._heads.recv(timeout=PATIENCE_SECONDS)
        threading.Thread(target=self._run, daemon=True).start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._heads.close()
        self._client.connection.close()
        self._server.shutdown()

    @contextmanager
    def listening(self) -> Generator[None]:
        """Take part until the block ends."""
        self._is_on.set()
        try:
            yield
        finally:
            self._is_on.clear()

    def heard(self) -> None:
        """Wait until the client has heard of the next block with events."""
        self._client.news.get(timeout=PATIENCE_SECONDS)

    def _keep(self, connection: ServerConnection) -> None:
        self._sockets.append(connection)
        for _ in connection:
            pass

    def _run(self) -> None:
        try:
            for frame in self._heads:
                if self._is_on.is_set():
                    self._pass_on(orjson.loads(frame)["params"]["result"]["number"])
        except ConnectionClosed:
            return

    def _pass_on(self, number: str) -> None:
        contracts = list(deployment.contracts())
        logs = self._node.call(
            "eth_getLogs", {"fromBlock": number, "toBlock": number, "address": contracts, "topics": [event_topics()]}
        )
        if logs:
            for socket in self._sockets:
                socket.send(orjson.dumps({"t": "logs", "n": int(number, 16), "logs": logs}))


def _knock(port: int) -> ClientConnection:
    """Return a visitor's socket on the product's server, following one public topic."""
    origin = Origin(f"http://127.0.0.1:{port}")
    for _ in range(200):
        try:
            connection: ClientConnection = connect(f"ws://127.0.0.1:{port}/ws/", origin=origin)
        except OSError:
            threading.Event().wait(0.2)
            continue
        connection.send(orjson.dumps({"t": "sub", "topics": [TOPIC]}).decode())
        while orjson.loads(connection.recv(timeout=PATIENCE_SECONDS)).get("t") != "sub":
            pass
        return connection
    raise RuntimeError("the socket server does not answer")
