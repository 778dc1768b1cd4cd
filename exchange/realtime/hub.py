"""The hub: one per process. It joins the hint channel once and fans out to its own sockets by topic.

Channel layers lose messages, so a hint is never the truth; every five seconds a heartbeat carries the heads of all that
is followed and ends sockets whose pass no longer holds, should the hint of its end have been lost.
"""

import asyncio
import logging
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import orjson
from channels.layers import get_channel_layer

from exchange.core.hints import GROUP, Publisher
from exchange.realtime.heads import beat_frame, newest_notifications, read_heads, read_standing
from exchange.realtime.pairs import Pairs
from exchange.realtime.threads import in_thread
from exchange.realtime.topics import channel_of
from exchange.realtime.wire import text_frame
from exchange.realtime.writer import Writer

if TYPE_CHECKING:
    from exchange.realtime.consumer import Socket

log = logging.getLogger(__name__)
BEAT_EVERY = 5
# How long what goes to the sockets of other processes waits for more to go with it; our own have it already.
GATHER_MS = 5
# After so many sockets the loop gets a turn, so that a beat does not hold up hints.
_SLICE = 200


class Hub:
    """The sockets of this process, by what they listen to."""

    def __init__(self) -> None:
        self.sockets: set[Socket] = set()
        self.writer = Writer()
        self.pairs = Pairs()
        self._publisher = Publisher(gather_ms=GATHER_MS)
        # Marks what this hub has sent itself: its own sockets have heard that already.
        self._origin = secrets.token_hex(8)
        self._by_channel: defaultdict[str, set[Socket]] = defaultdict(set)
        self._tasks: list[asyncio.Task[None]] = []

    def join(self, socket: "Socket") -> None:
        """Take a socket in; the first one starts the hub."""
        self.sockets.add(socket)
        if not self._tasks:
            works = (self._listen(), self._beat(), self._publisher.run())
            self._tasks = [asyncio.create_task(work) for work in works]

    def leave(self, socket: "Socket") -> None:
        """Forget a socket."""
        self.sockets.discard(socket)
        self.unfollow(socket, list(socket.channels))

    def follow(self, socket: "Socket", channels: Iterable[str]) -> None:
        """Have `socket` hear `channels`."""
        for channel in channels:
            self._by_channel[channel].add(socket)
            socket.channels.add(channel)

    def unfollow(self, socket: "Socket", channels: Iterable[str]) -> None:
        """Have `socket` hear `channels` no more."""
        for channel in channels:
            socket.channels.discard(channel)
            listeners = self._by_channel.get(channel)
            if listeners is not None:
                listeners.discard(socket)
                if not listeners:
                    del self._by_channel[channel]

    def send(self, topic: str, message: dict[str, Any]) -> None:
        """Hand one hint to everyone who follows its topic: here at once, elsewhere by the layer."""
        self.deliver(topic, message)
        self._publisher.push({"topic": topic, "message": message, "from": self._origin})

    def deliver(self, topic: str, message: dict[str, Any]) -> None:
        """Hand one hint to everyone here who follows its topic; made text once."""
        if message.get("t") == "end":
            self._end(topic, message)
            return
        listeners = self._by_channel.get(channel_of(topic, str(message.get("t"))))
        if listeners:
            frame = text_frame(orjson.dumps(message))
            for socket in listeners:
                socket.push(frame)

    def _end(self, topic: str, message: dict[str, Any]) -> None:
        """Close the sockets of an account whose session or token has ended; all of them when neither is named."""
        session, token = message.get("session"), message.get("token")
        for socket in list(self.sockets):
            pass_ = socket.pass_
            if pass_.account is None or f"user:{pass_.account.address}" != topic:
                continue
            if (session is None and token is None) or (session and session == pass_.session) or token == pass_.token:
                socket.end(4401, "signed out")

    async def _listen(self) -> None:
        """Receive hints for ever; a layer that fails is joined anew."""
        layer = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(GROUP, channel)
                while True:
                    self._hear(await layer.receive(channel))
            except asyncio.CancelledError:
                raise
            except Exception:  # Redis away: heartbeats go on, hints come back with it
                log.warning("the hint channel failed; joining it again", exc_info=True)
                await asyncio.sleep(1)

    def _hear(self, packet: Mapping[str, Any]) -> None:
        for one in packet["hints"]:
            if one.get("from") != self._origin:
                self.deliver(one["topic"], one["message"])

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_EVERY)
            try:
                await self.beat()
            except asyncio.CancelledError:
                raise
            except Exception:  # the database away: the next beat tries again
                log.warning("a heartbeat failed", exc_info=True)

    async def beat(self) -> None:
        """Check every pass and tell every socket the heads of what it follows."""
        passes = {socket: socket.pass_ for socket in self.sockets}
        standing = await in_thread(read_standing, passes.values())
        heads = await in_thread(read_heads, list(self._by_channel))
        users = {p.account.pk: f"user:{p.account.address}" for p in passes.values() if p.account}
        followed = {pk for pk, channel in users.items() if channel in self._by_channel}
        for pk, newest in (await in_thread(newest_notifications, followed)).items():
            heads[users[pk]] = {"v": newest}
        for place, (socket, pass_) in enumerate(passes.items()):
            if socket.pass_ is not pass_:
                # It has shown a token while we asked about the pass before; the next beat asks about this one.
                continue
            if not standing.holds(pass_):
                socket.end(4401, "signed out")
                continue
            if "queue" in socket.channels and not standing.is_arbiter(pass_):
                self.unfollow(socket, ["queue"])
            socket.tell(beat_frame(socket.channels, heads))
            if place % _SLICE == _SLICE - 1:
                await asyncio.sleep(0)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub_of_this_loop() -> Hub:
    """Return the hub of the running event loop, of which a socket process has one."""
    loop = asyncio.get_running_loop()
    hub = _hubs.get(loop)
    if hub is None:  # not `setdefault`, which would make one for every socket and throw it away
        hub = _hubs[loop] = Hub()
    return hub
