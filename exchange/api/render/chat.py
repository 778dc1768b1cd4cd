"""The trade room as JSON."""

from typing import Any

from exchange.api.answers import time_text
from exchange.chat.attachments import Upload
from exchange.chat.calls import RelayPass
from exchange.chat.models import ChatIdentity, ChatSettings
from exchange.chat.queries import Mark, PublishedKey, StoredMessage


def identity(one: ChatIdentity) -> dict[str, Any]:
    """Return one's own chat identity."""
    return {
        "public_key": one.public_key,
        "wallet_signature": one.wallet_signature,
        "backup": one.backup or None,
        "created_at": time_text(one.created_at),
    }


def key(one: PublishedKey) -> dict[str, Any]:
    """Return one party's keys."""
    return {
        "account": one.account,
        "identity_key": one.identity_key,
        "wallet_signature": one.wallet_signature,
        "public_key": one.public_key,
        "signature": one.signature,
    }


def messages(found: list[StoredMessage], *, head: int) -> dict[str, Any]:
    """Return messages in order; `next` is the `after` of the following page, null at the head."""
    items = [{"seq": one.seq, "received_at": time_text(one.received_at), "msg": one.body} for one in found]
    more = bool(found) and found[-1].seq < head
    return {"items": items, "head": head, "next": str(found[-1].seq) if more else None}


def mark(one: Mark) -> dict[str, Any]:
    """Return how far one party has read."""
    return {"account": one.account, "delivered": one.delivered, "read": one.read}


def upload(one: Upload) -> dict[str, Any]:
    """Return how far a file has come."""
    return {
        "name": one.name,
        "size": one.size,
        "root": one.root,
        "chunks": one.chunks,
        "missing": list(one.missing),
    }


def settings(one: ChatSettings) -> dict[str, Any]:
    """Return what one lets the other side see."""
    return {
        "shows_presence": one.shows_presence,
        "shows_typing": one.shows_typing,
        "shows_read": one.shows_read,
        "enter_sends": one.enter_sends,
    }


def relay(one: RelayPass) -> dict[str, Any]:
    """Return a pass to the relay."""
    return {
        "urls": list(one.urls),
        "username": one.username,
        "credential": one.credential,
        "expires_at": time_text(one.expires_at),
    }
