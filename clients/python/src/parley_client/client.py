"""The two clients: `Parley` waits, `AsyncParley` awaits; what they send, and when again, is decided once."""

import asyncio
import itertools
import time
from collections.abc import Generator
from types import TracebackType
from typing import Any, Self, TypeVar, overload

import httpx

from parley_client.core import AskNode, Call, Flow, Pause, Step, UseToken, read_answer, wait_before
from parley_client.errors import ParleyError, Unreachable

T = TypeVar("T")
PREFIX = "/api/v1"
SECONDS = 30
# What a client is asked to do: send this request, or wait. It hands back the response, or the error that came instead.
_Deed = dict[str, Any] | Pause
_Got = httpx.Response | httpx.TransportError | None


class _Node:
    """What both clients share: the address, the token, and every decision."""

    def __init__(self, node: str, *, token: str | None = None) -> None:
        self.node = node.rstrip("/")
        self.token = token

    def _deeds(self, what: Call | Flow[Any]) -> Generator[_Deed, _Got, Any]:
        flow = _only(what) if isinstance(what, Call) else what
        answer: Any = None
        failure: ParleyError | None = None
        while True:
            try:
                step = flow.throw(failure) if failure is not None else flow.send(answer)
            except StopIteration as done:
                return done.value
            answer, failure = None, None
            if isinstance(step, Pause):
                yield step
            elif isinstance(step, Call):
                try:
                    answer = yield from self._attempts(step)
                except ParleyError as error:  # the flow may know what to do; else it comes out of it again
                    failure = error
            else:
                answer = self._settle(step)

    def _attempts(self, call: Call) -> Generator[_Deed, _Got, Any]:
        for attempt in itertools.count(1):
            got = yield self._request(call)
            pause = _pause_after(got, attempt)
            if pause is not None:
                yield Pause(pause)
            elif isinstance(got, httpx.Response):
                return read_answer(got.status_code, _body_of(got))
            else:
                raise Unreachable(f"No answer from {call.url or self.node}: {got}") from got
        raise AssertionError("unreachable")

    def _request(self, call: Call) -> dict[str, Any]:
        return {
            "method": call.method,
            "url": call.url or f"{self.node}{PREFIX}{call.path}",
            "params": call.parameters(),
            "json": call.body,
            "headers": call.headers(self.token),
        }

    def _settle(self, step: Step) -> Any:
        if isinstance(step, UseToken):
            self.token = step.token
        return self.node if isinstance(step, AskNode) else None


def _only(call: Call) -> Flow[Any]:
    return (yield call)


def _body_of(answer: httpx.Response) -> Any:
    kind = answer.headers.get("Content-Type", "")
    try:
        return answer.json() if "json" in kind and answer.content else answer.text or None
    except ValueError:  # half an answer of a proxy
        return None


def _pause_after(got: _Got, attempt: int) -> float | None:
    if not isinstance(got, httpx.Response):
        return wait_before(attempt, status=None, code="", retry_after=None)
    body = _body_of(got) if got.status_code >= 400 else None
    code = str(body.get("code", "")) if isinstance(body, dict) else ""
    return wait_before(attempt, status=got.status_code, code=code, retry_after=got.headers.get("Retry-After"))


class Parley(_Node):
    """A node, for programs without an event loop."""

    def __init__(self, node: str, *, token: str | None = None, http: httpx.Client | None = None) -> None:
        super().__init__(node, token=token)
        self.http = http or httpx.Client(timeout=SECONDS)

    @overload
    def run(self, what: Call) -> Any: ...
    @overload
    def run(self, what: Flow[T]) -> T: ...
    def run(self, what: Any) -> Any:
        """Send a call and return its answer, or run a flow to its end. Raises `Problem`, `Mismatch`, `Unreachable`."""
        deeds = self._deeds(what)
        got: _Got = None
        while True:
            try:
                deed = deeds.send(got)
            except StopIteration as done:
                return done.value
            got = None
            if isinstance(deed, Pause):
                time.sleep(deed.seconds)
                continue
            try:
                got = self.http.request(**deed)
            except httpx.TransportError as error:
                got = error
            # The token is all that is kept: a session would make the node ask for CSRF tokens.
            self.http.cookies.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.http.close()


class AsyncParley(_Node):
    """A node, for programs with an event loop."""

    def __init__(self, node: str, *, token: str | None = None, http: httpx.AsyncClient | None = None) -> None:
        super().__init__(node, token=token)
        self.http = http or httpx.AsyncClient(timeout=SECONDS)

    @overload
    async def run(self, what: Call) -> Any: ...
    @overload
    async def run(self, what: Flow[T]) -> T: ...
    async def run(self, what: Any) -> Any:
        """Send a call and return its answer, or run a flow to its end. Raises `Problem`, `Mismatch`, `Unreachable`."""
        deeds = self._deeds(what)
        got: _Got = None
        while True:
            try:
                deed = deeds.send(got)
            except StopIteration as done:
                return done.value
            got = None
            if isinstance(deed, Pause):
                await asyncio.sleep(deed.seconds)
                continue
            try:
                got = await self.http.request(**deed)
            except httpx.TransportError as error:
                got = error
            self.http.cookies.clear()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.http.aclose()
