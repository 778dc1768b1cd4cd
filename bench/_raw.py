"""The peer of the socket figures: `websockets` under uvloop with one Redis pub/sub connection, as lean as it can be.

`python -m bench._raw PORT REDIS_URL`. A client's first text names its room; what it sends afterwards is published to
Redis and handed to the others of the room. A publisher elsewhere reaches a room by publishing to `room.<name>`.
"""

import asyncio
import sys
from collections import defaultdict
from http import HTTPStatus

import uvloop
from redis.asyncio import Redis
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.http11 import Request, Response

rooms: defaultdict[str, set[ServerConnection]] = defaultdict(set)


async def main(port: int, redis_url: str) -> None:
    """Serve for ever."""
    redis = Redis.from_url(redis_url)

    async def handle(connection: ServerConnection) -> None:
        room = str(await connection.recv())
        rooms[room].add(connection)
        await connection.send("in")
        mark = id(connection).to_bytes(8, "big")
        try:
            async for message in connection:
                assert isinstance(message, str)
                await redis.publish(f"room.{room}", mark + message.encode())
        finally:
            rooms[room].discard(connection)

    async def listen() -> None:
        line = Redis.from_url(redis_url).pubsub(ignore_subscribe_messages=True)
        await line.psubscribe("room.*")
        async for packet in line.listen():
            room, data = packet["channel"].decode()[5:], packet["data"]
            sender, text = int.from_bytes(data[:8], "big"), data[8:].decode()
            broadcast([one for one in rooms[room] if id(one) != sender], text)

    def answer_health(connection: ServerConnection, request: Request) -> Response | None:
        return connection.respond(HTTPStatus.OK, "ok\n") if request.path == "/healthz" else None

    listening = asyncio.create_task(listen())
    async with serve(handle, "127.0.0.1", port, compression=None, process_request=answer_health):
        await listening


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), sys.argv[2]))
