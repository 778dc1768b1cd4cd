import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from exchange.stack.errors import StackError
from exchange.stack.front import Front
from exchange.stack.pages import Progress
from exchange.stack.ports import LOOPBACK, choose_port

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Upstream:
    """A real server that remembers the heads it was sent and answers by `answer`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.port = choose_port()
        self.heads: list[str] = []
        self.answer: Answer = self.say_name
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, self.port)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def say_name(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{self.name}".encode())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
            await self.answer(reader, writer)
        writer.close()


class Door:
    """The front with both upstreams."""

    def __init__(self) -> None:
        self.web, self.ws = Upstream("web"), Upstream("ws")
        self.progress = Progress(["Database", "Pages <now>"])
        self.front = Front(
            port=choose_port(),
            web_port=self.web.port,
            ws_port=self.ws.port,
            progress=self.progress,
            hosts=(LOOPBACK,),
            head_timeout=0.5,
        )

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(LOOPBACK, self.front.port)

    async def ask(self, request: bytes) -> str:
        """Send bytes and return everything that comes back."""
        reader, writer = await self.connect()
        writer.write(request)
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        return answer.decode()


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    door = Door()
    await door.web.open()
    await door.ws.open()
    await door.front.open()
    door.progress.is_ready = True
    yield door
    await door.front.close()
    await door.web.close()
    await door.ws.close()


@pytest.mark.parametrize(
    ("target", "expected"),
    [("/", "web"), ("/ws/", "ws"), ("/ws", "ws"), ("/ws?x=1", "ws"), ("/wsx", "web"), ("/api/ws/", "web")],
)
async def test_sockets_and_pages_go_to_their_own_process(door: Door, target: str, expected: str) -> None:
    assert (await door.ask(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())).endswith(expected)


async def test_the_start_up_page_shows_the_steps_and_asks_to_come_back(door: Door) -> None:
    door.progress.is_ready = False
    door.progress.finish("Database")
    answer = await door.ask(b"GET /trades HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer.startswith("HTTP/1.1 503 ")
    assert "Retry-After: 1\r\n" in answer
    assert 'http-equiv="refresh"' in answer
    assert '<li class="done">Database</li>' in answer
    assert '<li class="open">Pages &lt;now&gt; &hellip;</li>' in answer
    assert door.web.heads == []


async def test_a_forged_client_address_is_replaced_by_the_real_one(door: Door) -> None:
    await door.ask(
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 8.8.8.8\r\nx-forwarded-proto: https\r\n"
        b"Forwarded: for=8.8.8.8\r\nX-Real-IP: 8.8.8.8\r\nCookie: a=b\r\n\r\n"
    )
    [head] = door.web.heads
    assert "8.8.8.8" not in head
    assert "https" not in head
    assert "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n" in head
    assert "Cookie: a=b\r\n" in head


async def test_a_second_request_cannot_ride_past_the_first(door: Door) -> None:
    answer = await door.ask(
        b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n"
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 8.8.8.8\r\n\r\n"
    )
    assert answer.count("HTTP/1.1 200") == 1
    [head] = door.web.heads
    assert "Connection: close\r\n" in head
    assert "keep-alive" not in head


async def test_headers_larger_than_16_kib_are_refused(door: Door) -> None:
    answer = await door.ask(b"GET / HTTP/1.1\r\nCookie: " + b"x" * 17_000 + b"\r\n\r\n")
    assert answer.startswith("HTTP/1.1 431 ")
    assert door.web.heads == []


async def test_a_client_that_dawdles_over_its_headers_is_sent_away(door: Door) -> None:
    assert (await door.ask(b"GET / HTTP/1.1\r\nHost:")).startswith("HTTP/1.1 408 ")


@pytest.mark.parametrize(
    "request_head",
    [
        b"\x16\x03\x01\x02\x00 hello\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/2.0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nnonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\nX-Forwarded-For: 8.8.8.8\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_refused(door: Door, request_head: bytes) -> None:
    assert (await door.ask(request_head)).startswith("HTTP/1.1 400 ")
    assert door.web.heads == []


async def test_a_process_that_is_down_is_told_in_a_sentence(door: Door) -> None:
    await door.web.close()
    answer = await door.ask(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer.startswith("HTTP/1.1 502 ")
    assert "The web process is starting again; try once more in a moment." in answer
    assert (await door.ask(b"GET /ws/ HTTP/1.1\r\nHost: localhost\r\n\r\n")).endswith("ws")


async def test_a_process_that_dies_without_a_word_is_told_in_a_sentence(door: Door) -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(0)

    door.web.answer = say_nothing
    answer = await door.ask(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer.startswith("HTTP/1.1 502 ")
    assert "left without an answer" in answer


async def test_a_client_that_has_finished_speaking_still_gets_its_answer(door: Door) -> None:
    async def wait_for_the_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = await reader.read()
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nyou said " + body)

    door.web.answer = wait_for_the_end
    reader, writer = await door.connect()
    writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello")
    writer.write_eof()
    assert (await asyncio.wait_for(reader.read(), 10)).endswith(b"you said hello")
    writer.close()


async def test_a_socket_talks_both_ways_for_as_long_as_it_likes(door: Door) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
        while chunk := await reader.read(1024):
            writer.write(chunk.upper())
            await writer.drain()

    door.ws.answer = echo
    reader, writer = await door.connect()
    writer.write(b"GET /ws/ HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.sleep(1)  # longer than the time a head may take
    for word in (b"one", b"two"):
        writer.write(word)
        assert await reader.readexactly(3) == word.upper()
    assert "Connection: Upgrade\r\n" in door.ws.heads[0]
    writer.close()


async def test_a_slow_reader_holds_its_own_upstream_back_and_loses_nothing(door: Door) -> None:
    size = 32 * 1024 * 1024
    sent = 0

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while sent < size:
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent += 65_536

    door.web.answer = pour
    reader, writer = await asyncio.open_connection(LOOPBACK, door.front.port, limit=65_536)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.sleep(0.5)
    assert sent < size, "nobody read, yet everything was taken from the upstream"
    received = 0
    while chunk := await asyncio.wait_for(reader.read(1 << 20), 10):
        received += len(chunk)
    assert received == size
    writer.close()


async def test_a_taken_port_is_told_with_the_remedy(door: Door) -> None:
    second = Front(port=door.front.port, web_port=1, ws_port=2, progress=door.progress, hosts=(LOOPBACK,))
    with pytest.raises(StackError, match=rf"Port {door.front.port} is in use .* `PORT={door.front.port + 1} make run`"):
        await second.open()


async def test_a_socket_client_that_leaves_by_a_reset_leaves_no_traceback(door: Door) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    client = socket.create_connection((LOOPBACK, door.front.port))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async def hear_it_go(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # its end of the conversation
        client.close()

    door.ws.answer = hear_it_go
    client.sendall(b"GET /ws/ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n")
    client.shutdown(socket.SHUT_WR)
    while client.fileno() != -1:
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.1)
    assert complaints == []
