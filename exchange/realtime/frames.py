"""Frames a client sends, and what each leads to: `auth`, `sub`, `unsub`, `chat`, `read`, `here`, `typing`, `call`.

Every refusal is an `error` frame with a stable code; it never says whether something that is not yours exists.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from exchange.accounts.models import Account
from exchange.chat import actions as chat
from exchange.chat.append import Seat, draft, seat_of
from exchange.core.errors import DomainError, Forbidden, Invalid, NotSignedIn
from exchange.core.ids import LENGTH
from exchange.realtime import topics
from exchange.realtime.door import Pass, pass_of_token
from exchange.realtime.heads import beat_frame, has_heads, read_heads
from exchange.realtime.threads import in_thread

if TYPE_CHECKING:
    from exchange.realtime.consumer import Socket

log = logging.getLogger(__name__)
MAX_TOPICS = 100
# What sets a call up: a session description with picture takes some 8 KiB, sealed and as base64 the half more.
MAX_BOX = 24 * 1024
_BOX = re.compile(rf"[A-Za-z0-9+/]{{1,{MAX_BOX}}}={{0,2}}")


def ready(pass_: Pass) -> dict[str, Any]:
    """Return the frame that opens the conversation: whom the server takes the client for."""
    return {"t": "ready", "account": pass_.account.address if pass_.account else None}


def is_auth(text: str) -> bool:
    """Return whether a frame brings a token."""
    frame = _parse(text)
    return frame is not None and frame.get("t") == "auth"


async def handle(socket: "Socket", text: str) -> None:
    """Carry out one frame and answer it."""
    frame = _parse(text)
    act = _ACTS.get(str(frame.get("t"))) if frame is not None else None
    if frame is None or act is None:
        socket.tell(_error(Invalid("This is no frame of this protocol.", code="bad_frame"), {}))
        return
    try:
        await act(socket, frame)
    except DomainError as refusal:
        socket.tell(_error(refusal, frame))
        if frame["t"] == "auth":
            socket.end(4401, "this token does not let in")
    except Exception:  # one frame that fails must not end the conversation
        log.exception("a %s frame failed", frame["t"])
        fault = DomainError("Something failed on our side. Send it again in a moment.", code="fault")
        socket.tell(_error(fault, frame))


async def _auth(socket: "Socket", frame: dict[str, Any]) -> None:
    token = frame.get("token")
    if not isinstance(token, str):
        raise NotSignedIn("The frame carries no token.", code="bad_token")
    socket.admit(await in_thread(partial(pass_of_token, token, address=socket.pass_.address)))
    socket.tell(ready(socket.pass_))


async def _sub(socket: "Socket", frame: dict[str, Any]) -> None:
    wanted = _topics(frame)
    pairs = socket.hub.pairs
    answers = topics.grants_at_once(wanted, pairs)
    if answers is None:
        answers = await in_thread(topics.grants, wanted, socket.pass_, pairs)
    granted = [answer for answer in answers if isinstance(answer, topics.Grant)]
    new = {channel for grant in granted for channel in grant.channels}
    if len(socket.channels | new) > 2 * MAX_TOPICS:
        raise Invalid(f"One socket follows at most {MAX_TOPICS} topics.", code="too_many_topics")
    socket.hub.follow(socket, new)
    socket.tell({"t": "sub", "topics": [grant.topic for grant in granted]})
    for refused in answers:
        if isinstance(refused, str):
            words = "There is no such topic, or it is not yours."
            socket.tell({"t": "error", "topic": refused, "code": "not_found", "detail": words})
    # What happened between the client's last look and now shows in the heads.
    heads = await in_thread(read_heads, new) if has_heads(new) else {}
    socket.tell(beat_frame(new, heads))


async def _unsub(socket: "Socket", frame: dict[str, Any]) -> None:
    for topic in _topics(frame):
        own = socket.pass_.account.address if socket.pass_.account else ""
        channel = f"user:{own}" if topic == "user" else topic
        socket.hub.unfollow(socket, [channel, topics.channel_of(topic, "chat")])


async def _chat(socket: "Socket", frame: dict[str, Any]) -> None:
    code, message = _code(frame), frame.get("msg")
    seat = await _seat(socket, code)
    if not isinstance(message, dict):
        raise Invalid("The frame carries no message.", code="bad_frame")
    one = draft(message, seat=seat)
    stored = await socket.hub.writer.store(one)
    with socket.together():
        socket.tell({"t": "ack", "trade": code, "n": one.n, "seq": stored.seq})
        if stored.is_new:
            socket.hub.send(f"trade:{seat.code}", chat.chat_frame(one, stored))


async def _relay(socket: "Socket", frame: dict[str, Any]) -> None:
    """Pass on what is true for a moment only: the other side is here, or typing. Nothing of it is kept."""
    seat = await _seat(socket, _code(frame))
    message = {"t": frame["t"], "trade": seat.code, "by": seat.address, "on": frame.get("on") is not False}
    socket.hub.send(f"trade:{seat.code}", message)


async def _call(socket: "Socket", frame: dict[str, Any]) -> None:
    """Hand on what one browser sealed for the other to set a call up. It cannot be read here and is not kept."""
    seat, box = await _seat(socket, _code(frame)), frame.get("box")
    if not isinstance(box, str) or not _BOX.fullmatch(box):
        raise Invalid("The frame carries no sealed box of at most 24 KiB.", code="bad_frame")
    socket.hub.send(f"trade:{seat.code}", {"t": "call", "trade": seat.code, "by": seat.address, "box": box})


async def _seat(socket: "Socket", code: str) -> Seat:
    """Return the place from which this socket writes in a room; asked of the database once."""
    by = _speaker(socket.pass_)
    seat = socket.seats.get(code)
    if seat is None:
        seat = await in_thread(seat_of, code, by=by)
        if len(socket.seats) >= MAX_TOPICS:
            socket.seats.clear()
        socket.seats[code] = seat
    return seat


async def _read(socket: "Socket", frame: dict[str, Any]) -> None:
    by, code, seq = _speaker(socket.pass_), _code(frame), frame.get("seq")
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 <= seq < 2**31:
        raise Invalid("The frame carries no seq.", code="bad_frame")
    delivered, seat = frame.get("delivered") is True, socket.seats.get(code)
    if seat is None:
        await in_thread(chat.mark_read, code, by=by, seq=seq, delivered=delivered)
    else:
        await in_thread(chat.move_mark, seat, seq, delivered=delivered)


_ACTS: dict[str, Callable[["Socket", dict[str, Any]], Awaitable[None]]] = {
    "auth": _auth,
    "sub": _sub,
    "unsub": _unsub,
    "chat": _chat,
    "read": _read,
    "here": _relay,
    "typing": _relay,
    "call": _call,
}


def _parse(text: str) -> dict[str, Any] | None:
    try:
        frame = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return frame if isinstance(frame, dict) else None


def _topics(frame: dict[str, Any]) -> list[str]:
    wanted = frame.get("topics")
    if not isinstance(wanted, list) or not all(isinstance(topic, str) and len(topic) <= 64 for topic in wanted):
        raise Invalid("Name the topics as a list of strings.", code="bad_frame")
    if len(wanted) > MAX_TOPICS:
        raise Invalid(f"One socket follows at most {MAX_TOPICS} topics.", code="too_many_topics")
    return list(dict.fromkeys(wanted))


def _speaker(pass_: Pass) -> Account:
    if pass_.account is None:
        raise NotSignedIn
    if not pass_.may("chat"):
        raise Forbidden("This token lacks the scope chat. Make one that has it.", code="scope_missing")
    return pass_.account


def _code(frame: dict[str, Any]) -> str:
    code = frame.get("trade")
    if not isinstance(code, str) or not code.isascii() or len(code) > 2 * LENGTH or "\0" in code:
        raise Invalid("The frame names no trade.", code="bad_frame")
    return code


def _error(refusal: DomainError, frame: dict[str, Any]) -> dict[str, Any]:
    """Return the error frame for `refusal`, carrying what tells the client which of its frames is meant."""
    told: dict[str, Any] = {**refusal.extra, "t": "error", "code": refusal.code, "detail": refusal.message}
    if isinstance(frame.get("trade"), str):
        told["trade"] = frame["trade"][: 2 * LENGTH]
    message = frame.get("msg")
    if isinstance(message, dict) and isinstance(message.get("n"), int):
        told["n"] = message["n"]
    return told
