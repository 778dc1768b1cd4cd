"""The socket at `/ws/`, served by uvicorn; every other path belongs to `wsgi.py`."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")

http = get_asgi_application()

from exchange.realtime.routing import websocket  # noqa: E402  (needs the app registry that the line above loads)


async def application(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Any]) -> None:
    """Hand sockets to `realtime` and everything else to Django."""
    if scope["type"] == "websocket":
        await websocket(scope, receive, send)
    else:
        await http(scope, receive, send)
