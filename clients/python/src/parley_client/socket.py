"""Live hints over one WebSocket; needs the extra `socket`. A hint says "ask again": losing one loses nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from parley_client.client import AsyncParley

_LARGEST = 65_536
_LONGEST_PAUSE = 30


async def hints(node: AsyncParley, topics: Sequence[str]) -> AsyncIterator[dict[str, Any]]:
    """Yield what the node says about `topics`, such as `trade:8F3K7Q2M` or `user`; reconnects by itself.

    Every connection yields `{"t": "ready"}` first: ask for everything again, hints of the gap are lost. A node that
    refuses the token raises what `websockets` raises.
    """
    url = node.node.replace("http", "ws", 1) + "/ws/"
    pause = 1
    while True:
        # The token travels as a subprotocol, never in the address.
        protocols = [Subprotocol("parley.v1"), Subprotocol(f"bearer.{node.token}")]
        try:
            async with connect(url, subprotocols=protocols, max_size=_LARGEST, origin=None) as socket:
                await socket.send(json.dumps({"t": "sub", "topics": list(topics)}))
                async for frame in socket:
                    pause = 1
                    told = json.loads(frame)
                    if told.get("t") not in {"beat", "sub"}:
                        yield told
        except (OSError, ConnectionClosed):
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
