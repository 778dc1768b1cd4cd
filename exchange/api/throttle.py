"""How often one caller may call: counted in Redis over all processes, told in `RateLimit-*` headers.

Signed-in callers are counted by account, strangers by network address. `X-Forwarded-For` counts only where a reverse
proxy of ours is declared (`TRUST_PROXY`), and then only the hop which that proxy added. Redis away: calls go through.
"""

import ipaddress
import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja.throttling import BaseThrottle
from redis.exceptions import RedisError

from exchange.api.auth import caller_of, client_address
from exchange.core.limits import Left, Limit, spend

log = logging.getLogger(__name__)


def per_minute(name: str, most: int) -> Limit:
    """Return a limit of `most` calls a minute; the setting `API_LIMITS` may override it by name."""
    return Limit(name=f"api.{name}", most=settings.API_LIMITS.get(name, most), seconds=60)


READS = per_minute("reads", 1200)
WRITES = per_minute("writes", 240)
MESSAGES = per_minute("messages", 600)
SIGN_INS = per_minute("sign_ins", 60)


class PerCaller(BaseThrottle):
    """Counts each call of its caller against one limit."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the call. Raises `TooMany`."""
        try:
            left = spend(self.limit, caller_of(request).key or client_network(request))
            request.rate_left = left  # type: ignore[attr-defined]
        except (RedisError, OSError):
            log.warning("limits are not counted: Redis is away")
        return True


def client_network(request: HttpRequest) -> str:
    """Return the caller's network address; an IPv6 customer owns a whole /64, so that counts as one."""
    try:
        number = ipaddress.ip_address(client_address(request))
    except ValueError:
        return "ip:unknown"
    if isinstance(number, ipaddress.IPv6Address):
        return f"ip:{number.ipv4_mapped or ipaddress.ip_network((number, 64), strict=False)}"
    return f"ip:{number}"


def say_left(request: HttpRequest, response: HttpResponse) -> None:
    """Tell the caller what remains of its limit."""
    left: Left | None = getattr(request, "rate_left", None)
    if left is not None:
        response["RateLimit-Limit"] = str(left.limit)
        response["RateLimit-Remaining"] = str(left.remaining)
        response["RateLimit-Reset"] = str(left.reset)
