"""One node over pooled HTTP: every answer is data or one of the typed errors of `errors.py`.

A cut or garbled answer is `Unavailable`, and so is one that comes in drops: no request outlasts `LONGEST` read times.
Blocks are read raw with orjson, logs straight into records with msgspec: web3's formatting costs many times the CPU.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlsplit

import msgspec
import orjson
import urllib3

from escrow.errors import Unavailable, Untrusted, read_error

if TYPE_CHECKING:
    from web3 import Web3

T = TypeVar("T")
Request = tuple[str, tuple[Any, ...]]

CONNECT_SECONDS = 3
READ_SECONDS = 15
# Providers cut batches between 100 and 1,000 requests.
BATCH = 100
# A whole answer may take so many times as long as one read.
LONGEST = 4
_PIECE = 1 << 20
_HEADERS = {"content-type": "application/json", "accept-encoding": "gzip"}


class Answer(msgspec.Struct, Generic[T]):
    """A JSON-RPC answer whose result has a known shape."""

    result: T | msgspec.UnsetType = msgspec.UNSET
    error: Any = None


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
        self._read_seconds = read_seconds
        self._timeout = urllib3.Timeout(connect=min(CONNECT_SECONDS, read_seconds), read=read_seconds)
        self._pool = urllib3.PoolManager(maxsize=8, retries=False)
        self._web3: Web3 | None = None
        # How long the last answer took.
        self.last_seconds = 0.0

    def web3(self) -> Web3:
        """Return web3.py on top of this node: its contracts and formatters, our connections and typed errors."""
        if self._web3 is None:
            from escrow.rpc.web import web3_through

            self._web3 = web3_through(self)
        return self._web3

    def call(self, method: str, *params: Any) -> Any:
        """Return the result of one request. Raises `RpcError` by the table."""
        answer = self._post(_request(method, params))
        if not isinstance(answer, dict):
            raise Unavailable(f"{self.label} answered {method} with no object")
        return _result(answer, method=method, label=self.label)

    def call_for(self, kind: type[T], method: str, *params: Any) -> T:
        """Return the result of one request read as `kind`, which msgspec knows how to make.

        Raises `RpcError` by the table, and `Untrusted` for a result of another shape.
        """
        text = self._exchange(_request(method, params))
        try:
            answer: Answer[T] = _decoder(kind).decode(text)  # type: ignore[arg-type]  # a type is hashable
        except msgspec.ValidationError as error:
            raise Untrusted(f"{self.label} answered {method} in another shape: {error}") from error
        except msgspec.DecodeError as error:
            raise Unavailable(f"{self.label} answered {method} with no JSON") from error
        if answer.error is not None:
            raise read_error(answer.error)
        if isinstance(answer.result, msgspec.UnsetType):
            raise Unavailable(f"{self.label} answered {method} with neither result nor error")
        return answer.result

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

    def forget_connections(self) -> None:
        """Close what is open: after a failure the other end of a connection may be gone without a word."""
        self._pool.clear()

    def _post(self, body: object) -> Any:
        text = self._exchange(body)
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise Unavailable(f"{self.label} answered with no JSON") from error

    def _exchange(self, body: object) -> bytes:
        """Return the text of the answer to one POST. Raises `Unavailable`."""
        data, started = orjson.dumps(body), time.monotonic()
        for attempt in (1, 2):
            try:
                status, text = self._send(data, deadline=started + LONGEST * self._read_seconds)
                break
            except urllib3.exceptions.ProtocolError as error:
                # A kept-alive connection may have been closed by the other side: once more on a fresh one. Every
                # request we make may be repeated, sending a signed transaction included.
                if attempt == 2:
                    raise Unavailable(f"{self.label}: {type(error).__name__}") from error
            except urllib3.exceptions.HTTPError as error:
                raise Unavailable(f"{self.label}: {type(error).__name__}") from error
        self.last_seconds = time.monotonic() - started
        if status == 429 or status >= 500:
            raise Unavailable(f"{self.label} answered HTTP {status}")
        return text

    def _send(self, data: bytes, *, deadline: float) -> tuple[int, bytes]:
        response = self._pool.request(
            "POST",
            self._url,
            body=data,
            headers=self._headers,
            timeout=self._timeout,
            redirect=False,
            preload_content=False,
        )
        pieces = []
        while piece := response.read1(_PIECE):
            pieces.append(piece)
            if time.monotonic() > deadline:
                response.close()
                raise Unavailable(f"{self.label} takes for ever to answer")
        response.release_conn()
        return response.status, b"".join(pieces)


def _request(method: str, params: Sequence[Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(Answer[kind])


def _result(answer: dict[str, Any], *, method: str, label: str) -> Any:
    if answer.get("error") is not None:
        raise read_error(answer["error"])
    if "result" not in answer:
        raise Unavailable(f"{label} answered {method} with neither result nor error")
    return answer["result"]
