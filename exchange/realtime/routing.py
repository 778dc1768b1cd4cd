"""The ASGI application of `/ws/`: decides before the handshake who may come in, then hands over to a `Socket`."""

from typing import Any

from exchange.core.errors import DomainError
from exchange.realtime import door
from exchange.realtime.consumer import Receive, Send, Socket
from exchange.realtime.hub import hub_of_this_loop
from exchange.realtime.threads import in_thread
from exchange.realtime.wire import EXTENSION

PROTOCOL = "parley.v1"
REFUSED = {"type": "websocket.close", "code": 4403}


async def websocket(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Serve one socket. Whoever may not come in gets an HTTP 403: a close before the handshake is accepted."""
    await receive()  # websocket.connect
    knock = door.read_knock(scope)
    if scope["path"] != "/ws/" or not knock.is_welcome:
        await send(REFUSED)
        return
    try:
        pass_ = await in_thread(door.identify, knock) if knock.is_named else door.STRANGER
    except DomainError:
        await send(REFUSED)
        return
    socket = Socket(
        receive=receive,
        send=send,
        wire=scope["extensions"][EXTENSION]["wire"],
        hub=hub_of_this_loop(),
        pass_=pass_,
        must_auth=knock.must_auth,
    )
    await socket.serve(subprotocol=PROTOCOL if PROTOCOL in scope.get("subprotocols", ()) else None)
