"""The socket at `/ws/`, served by uvicorn; every other path belongs to `wsgi.py`."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

from exchange.core.garbage import keep_what_is_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")

http = get_asgi_application()

from exchange.realtime.routing import websocket  # noqa: E402  (needs the app registry that `http` loads)

application = ProtocolTypeRouter({"http": http, "websocket": websocket})
keep_what_is_loaded()
