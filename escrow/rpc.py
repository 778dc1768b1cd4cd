"""JSON-RPC over pooled HTTP: the only door to a node, and the only file that knows how one is asked.

1. `CHAIN_RPC_URLS` is a list: a node that fails is set aside for a while and the next one is asked.
2. A node serves nothing before it has shown the right chain id, at first use and again after each failure.
3. Every answer is data or one of the typed errors of `errors.py`; a cut or garbled answer is `Unavailable`.
4. Transactions, fees and contract calls go through web3.py (`Node.web3`), loaded when first used because it takes 0.8 s
   to import. Blocks and logs are read raw with orjson: web3's formatting costs seventeen times the CPU on logs.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import orjson
import urllib3

from escrow import deployment
from escrow.errors import RpcError, Unavailable, WrongChain, read_error

if TYPE_CHECKING:
    from hexbytes import HexBytes
    from web3 import Web3
    from web3.types import BlockIdentifier, TxParams, TxReceipt

# web3's types leave by this door too.
__all__ = [
    "PATIENCE_SECONDS",
    "READ_SECONDS",
    "BlockIdentifier",
    "Chain",
    "Node",
    "TxParams",
    "Web3",
    "chain",
    "wait_for_receipt",
]

T = TypeVar("T")
Request = tuple[str, tuple[Any, ...]]

CONNECT_SECONDS = 3
READ_SECONDS = 15
# For questions asked while a person waits for a page.
PATIENCE_SECONDS = 4
# Providers cut batches between 100 and 1,000 requests.
BATCH = 100
SET_ASIDE_SECONDS = 10
RECEIPT_POLL_SECONDS = 0.05
_HEADERS = {"content-type": "application/json", "accept-encoding": "gzip"}


class Node:
    """One node, asked over kept-alive connections; safe to share between threads."""

    def __init__(self, url: str, *, read_seconds: int = READ_SECONDS) -> None:
        parts = urlsplit(url)
        # Providers put their secret into the path or the password: only the host may appear in a log.
        self.label = parts.netloc.rpartition("@")[2]
        self._headers = dict(_HEADERS)
        if parts.username:
            self._headers |= urllib3.make_headers(basic_auth=f"{parts.username}:{parts.password or ''}")
        self._url = parts._replace(netloc=self.label).geturl()
        self._timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=read_seconds)
        self._pool = urllib3.PoolManager(maxsize=8, retries=False)
        self._web3: Web3 | None = None

    def web3(self) -> Web3:
        """Return web3.py on top of this node: its contracts and formatters, our connections and typed errors."""
        if self._web3 is None:
            self._web3 = _web3_through(self)
        return self._web3

    def call(self, method: str, *params: Any) -> Any:
        """Return the result of one request. Raises `RpcError` by the table."""
        answer = self._post({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        if not isinstance(answer, dict):
            raise Unavailable(f"{self.label} answered {method} with no object")
        return _result(answer, method=method, label=self.label)

    def batch(self, requests: Sequence[Request]) -> list[Any]:
        """Return the results of several requests, in their order. Raises the first failure."""
        results: list[Any] = []
        for start in range(0, len(requests), BATCH):
            results += self._batch(requests[start : start + BATCH])
        return results

    def _batch(self, requests: Sequence[Request]) -> list[Any]:
        body = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            for number, (method, params) in enumerate(requests)
        ]
        answers = self._post(body)
        if not isinstance(answers, list):
            raise read_error(answers.get("error")) if isinstance(answers, dict) else Unavailable("no batch")
        by_id = {answer.get("id"): answer for answer in answers if isinstance(answer, dict)}
        if len(by_id) != len(requests):
            raise Unavailable(f"{self.label} left out a part of a batch")
        return [_result(by_id[number], method=method, label=self.label) for number, (method, _) in enumerate(requests)]

    def _post(self, body: object) -> Any:
        data = orjson.dumps(body)
        for attempt in (1, 2):
            try:
                response = self._pool.request(
                    "POST", self._url, body=data, headers=self._headers, timeout=self._timeout, redirect=False
                )
                break
            except urllib3.exceptions.ProtocolError as error:
                # A kept-alive connection may have been closed by the other side: once more on a fresh one. Every
                # request we make may be repeated, sending a signed transaction included.
                if attempt == 2:
                    raise Unavailable(f"{self.label}: {type(error).__name__}") from error
            except urllib3.exceptions.HTTPError as error:
                raise Unavailable(f"{self.label}: {type(error).__name__}") from error
        if response.status == 429 or response.status >= 500:
            raise Unavailable(f"{self.label} answered HTTP {response.status}")
        try:
            return orjson.loads(response.data)
        except orjson.JSONDecodeError as error:
            raise Unavailable(f"{self.label} answered HTTP {response.status} with no JSON") from error


def _web3_through(node: Node) -> Web3:
    from web3 import Web3
    from web3.providers.base import JSONBaseProvider
    from web3.types import RPCEndpoint, RPCResponse

    class ThroughNode(JSONBaseProvider):
        """Hands web3's requests to `node`, whose errors are raised as they are."""

        def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
            return {"jsonrpc": "2.0", "id": 1, "result": node.call(method, *params)}

        def is_connected(self, show_traceback: bool = False) -> bool:  # noqa: ARG002 (the base class names it)
            return node.call("eth_chainId") is not None

    return Web3(ThroughNode())


def wait_for_receipt(w3: Web3, tx_hash: HexBytes, *, seconds: int) -> TxReceipt | None:
    """Return the receipt once the transaction is mined, None if it is not within `seconds`."""
    from web3.exceptions import TimeExhausted

    try:
        return w3.eth.wait_for_transaction_receipt(tx_hash, timeout=seconds, poll_latency=RECEIPT_POLL_SECONDS)
    except TimeExhausted:
        return None


def _result(answer: dict[str, Any], *, method: str, label: str) -> Any:
    if answer.get("error") is not None:
        raise read_error(answer["error"])
    if "result" not in answer:
        raise Unavailable(f"{label} answered {method} with neither result nor error")
    return answer["result"]


class Chain:
    """All configured nodes of one chain; reads go to the first that works."""

    def __init__(self, urls: Sequence[str], *, chain_id: int, read_seconds: int = READ_SECONDS) -> None:
        if not urls:
            raise ValueError("CHAIN_RPC_URLS names no node.")
        self.chain_id = chain_id
        self._nodes = [Node(url, read_seconds=read_seconds) for url in urls]
        self._known: set[Node] = set()
        self._aside: dict[Node, float] = {}
        self._lock = threading.Lock()

    def call(self, method: str, *params: Any) -> Any:
        """Return the result of one request from the first node that answers."""
        return self.ask(lambda node: node.call(method, *params))

    def batch(self, requests: Sequence[Request]) -> list[Any]:
        """Return the results of several requests, all from one node."""
        return self.ask(lambda node: node.batch(requests))

    def ask(self, act: Callable[[Node], T]) -> T:
        """Return what `act` gets from one node, on `Unavailable` from the next; one `act` never mixes nodes."""
        last: Unavailable | None = None
        for node in self._order():
            try:
                self._guard(node)
                return act(node)
            except WrongChain as error:
                last = error
                self._set_aside(node)
            except Unavailable as error:
                last = last if isinstance(last, WrongChain) else error
                self._set_aside(node)
        raise last or Unavailable("there is no node")

    def broadcast(self, raw: str) -> list[RpcError]:
        """Hand a signed transaction to every node, so that one dead pool cannot hide it. Returns the refusals.

        Raises `Unavailable` when no node could be asked at all.
        """
        refusals: list[RpcError] = []
        away: Unavailable | None = None
        reached = False
        for node in self._order():
            try:
                self._guard(node)
                node.call("eth_sendRawTransaction", raw)
                reached = True
            except Unavailable as error:
                away = error
                self._set_aside(node)
            except RpcError as error:
                reached = True
                refusals.append(error)
        if not reached:
            raise away or Unavailable("there is no node")
        return refusals

    def _order(self) -> Iterator[Node]:
        """Nodes in the configured order, those set aside at the end: with all of them failing, each is still tried."""
        now = time.monotonic()
        return iter(sorted(self._nodes, key=lambda node: self._aside.get(node, 0.0) > now))

    def _guard(self, node: Node) -> None:
        if node in self._known:
            return
        told = int(node.call("eth_chainId"), 16)
        if told != self.chain_id:
            raise WrongChain(f"{node.label} serves chain {told}, not {self.chain_id}")
        with self._lock:
            self._known.add(node)
            self._aside.pop(node, None)

    def _set_aside(self, node: Node) -> None:
        with self._lock:
            self._known.discard(node)
            self._aside[node] = time.monotonic() + SET_ASIDE_SECONDS


def chain(*, chain_id: int | None = None, read_seconds: int = READ_SECONDS) -> Chain:
    """Return a chain of ours, by default that of new trades; one pool of connections a process, never shared by a fork.

    Raises `LookupError` for a chain that is not configured.
    """
    place = deployment.place(chain_id)
    return _chain(place.rpc_urls, place.chain_id, read_seconds, os.getpid())


@cache
def _chain(urls: tuple[str, ...], chain_id: int, read_seconds: int, _pid: int) -> Chain:
    return Chain(urls, chain_id=chain_id, read_seconds=read_seconds)
