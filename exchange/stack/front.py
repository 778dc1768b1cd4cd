"""The port the browser talks to: `/ws/` goes to the socket process, everything else to the web process.

Embedded default only; production has nginx. It reads one request head per connection and then moves bytes, so a slow
reader slows its own connection only (each write waits for room), and either side may finish before the other.
While the stack starts it answers with a page that shows the steps.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from exchange.stack.errors import StackError
from exchange.stack.head import LIMIT, BadHead, Head, read_head
from exchange.stack.pages import Progress, answer, starting_page
from exchange.stack.ports import LOOPBACK

_CHUNK = 64 * 1024
# After the last byte of an answer the client gets this long to finish, so that it reads the answer and not a reset.
_LINGER = 2.0


@dataclass(kw_only=True)
class Front:
    """Listens on `port` of the given hosts and splices each connection to one of two local ports."""

    port: int
    web_port: int
    ws_port: int
    progress: Progress
    hosts: Sequence[str] = (LOOPBACK, "::1")
    head_timeout: float = 10.0
    _servers: list[asyncio.Server] = field(default_factory=list)
    _connections: set[asyncio.Task[None]] = field(default_factory=set)

    async def open(self) -> None:
        """Start listening. Raises `StackError` if the port is taken."""
        for host in self.hosts:
            try:
                self._servers.append(await asyncio.start_server(self._accept, host, self.port, limit=LIMIT))
            except OSError as error:
                if ":" in host and self._servers:
                    continue  # no IPv6 on this machine, or another program's port there
                await self.close()
                raise StackError(
                    f"Port {self.port} is in use by another program; choose another: `PORT={self.port + 1} make run`."
                ) from error

    async def close(self) -> None:
        """Stop listening and drop open connections."""
        for server in self._servers:
            server.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        self._servers.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            # OSError: a client that is gone answers with ConnectionError or, once reset, with "not connected".
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            self._connections.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await read_head(reader, within=self.head_timeout)
        except BadHead as refusal:
            await _finish(reader, writer, last=answer(refusal.status, refusal.sentence + "\n"))
            return
        if head is None:
            return
        if not self.progress.is_ready:
            await _finish(reader, writer, last=starting_page(self.progress))
            return
        try:
            upstream = await asyncio.open_connection(
                LOOPBACK, self.ws_port if head.is_socket else self.web_port, limit=_CHUNK
            )
        except OSError:
            which = "socket" if head.is_socket else "web"
            sentence = f"The {which} process is starting again; try once more in a moment.\n"
            await _finish(reader, writer, last=answer(502, sentence, retry_after=1))
            return
        await self._splice(head, (reader, writer), upstream)

    async def _splice(
        self,
        head: Head,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        upstream: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        """Move bytes both ways until the upstream has said everything."""
        peer = client[1].get_extra_info("peername")
        upstream[1].write(head.for_upstream(client=str(peer[0]) if peer else LOOPBACK))
        asking = asyncio.create_task(_pump(client[0], upstream[1], end=True))
        try:
            answered = await _pump(upstream[0], client[1])
            if answered == 0 and not head.is_socket:
                client[1].write(answer(502, "The web process left without an answer; try again.\n", retry_after=1))
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            upstream[1].close()
        await _finish(*client)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, end: bool = False) -> int:
    """Copy `source` to `sink` until it ends and return how many bytes there were; with `end`, pass the end on."""
    moved = 0
    try:
        while chunk := await source.read(_CHUNK):
            sink.write(chunk)
            moved += len(chunk)
            await sink.drain()
        if end and sink.can_write_eof():
            sink.write_eof()
    except OSError:
        pass  # one side is gone; what was said until then has been passed on
    return moved


async def _finish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, last: bytes = b"") -> None:
    """Send the last bytes, say that no more come, and read what the client still sends for a moment."""
    writer.write(last)
    await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
    with contextlib.suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(_LINGER):
            while await reader.read(_CHUNK):
                pass
