"""Encrypted files of a trade room: uploaded in chunks that may come in any order and again, then served as they came.

The sender declares size and chunk hashes first; each chunk must be what was declared, so an upload can be cut and
resumed, and what was stored can never be swapped. Names, types and keys are inside the encrypted message alone. The
ciphertext lies in the database: in its backups, under its quota, and gone with one DELETE.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum

from exchange.accounts.models import Account
from exchange.chat.append import OPEN_AFTER_END
from exchange.chat.models import Attachment, AttachmentChunk, ChatLog
from exchange.core.errors import Conflict, Invalid, NotFound
from exchange.trades import queries as trades
from exchange.trades.reading import open_trade

CHUNK = 256 * 1024
# What the cipher adds to each chunk.
TAG = 16
MOST_BYTES = 10 * 1024 * 1024
MOST_CHUNKS = MOST_BYTES // CHUNK
TRADE_QUOTA = 50 * 1024 * 1024
# An upload that was not finished is forgotten so long after it began.
KEPT_UNFINISHED = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What is known of an attachment: `missing` are the chunks still to come, none once it can be read."""

    name: str
    size: int
    root: str
    chunks: int
    missing: tuple[int, ...]


def begin_upload(code: str, *, by: Account, size: int, hashes: Sequence[str], now: datetime) -> Upload:
    """Announce a file of `size` encrypted bytes whose chunks have these SHA-256 hashes (hex). Repeating it resumes.

    Raises `NotFound`, `Invalid`, or `Conflict` with code `closed` or `quota`.
    """
    trade = trades.trade_for(code, account=by)
    _check_size(size, hashes)
    if trade.finished_at is not None and now > trade.finished_at + OPEN_AFTER_END:
        raise Conflict("This trade ended more than 30 days ago; its chat is closed. Nothing was sent.", code="closed")
    root = merkle_root([bytes.fromhex(one) for one in hashes]).hex()
    with transaction.atomic():
        ChatLog.objects.bulk_create([ChatLog(trade=trade)], ignore_conflicts=True)
        ChatLog.objects.select_for_update().get(trade=trade)  # one count of the quota at a time
        known = Attachment.objects.filter(trade=trade, sender=by, root=root, size=size).first()
        if known is not None:
            return _upload(known)
        used = Attachment.objects.filter(trade=trade).aggregate(total=Sum("size"))["total"] or 0
        if used + size > TRADE_QUOTA:
            left = max(0, TRADE_QUOTA - used) // (1024 * 1024)
            raise Conflict(
                f"The files of one trade may have 50 MB together; {left} MB are left. This file was not sent.",
                code="quota",
            )
        made = Attachment.objects.create(
            trade=trade,
            sender=by,
            name=secrets.token_urlsafe(16),
            size=size,
            root=root,
            hashes=list(hashes),
            created_at=now,
        )
    return _upload(made)


def store_chunk(code: str, name: str, index: int, *, by: Account, data: bytes, now: datetime) -> Upload:
    """Store one chunk; the same one again changes nothing. Raises `NotFound`, or `Invalid` for another content."""
    trade = trades.trade_for(code, account=by)
    with transaction.atomic():
        attachment = Attachment.objects.select_for_update().filter(trade=trade, sender=by, name=name).first()
        if attachment is None or not 0 <= index < len(attachment.hashes):
            raise NotFound("There is no such upload of yours. Start it again; nothing else was changed.")
        if hashlib.sha256(data).hexdigest() != attachment.hashes[index]:
            words = "This chunk is not the one that was announced. Send it again; the others are kept."
            raise Invalid(words, code="wrong_chunk", fields={"/data": words})
        AttachmentChunk.objects.bulk_create(
            [AttachmentChunk(attachment=attachment, index=index, data=data)], ignore_conflicts=True
        )
        upload = _upload(attachment)
        if not upload.missing and attachment.finished_at is None:
            attachment.finished_at = now
            attachment.save(update_fields=["finished_at"])
    return upload


def upload_of(code: str, name: str, *, account: Account) -> Upload:
    """Return how far an attachment has come: to both parties and the arbiter of the case. Raises `NotFound`."""
    return _upload(_find(code, name, account=account))


def read_chunk(code: str, name: str, index: int, *, account: Account) -> bytes:
    """Return one encrypted chunk: to both parties and the arbiter of the case. Raises `NotFound`."""
    attachment = _find(code, name, account=account)
    data = AttachmentChunk.objects.filter(attachment=attachment, index=index).values_list("data", flat=True).first()
    if data is None:
        raise NotFound("This part of the file has not arrived.")
    return bytes(data)


def forget_unfinished(*, now: datetime) -> int:
    """Delete uploads that were begun long ago and never finished; returns how many."""
    stale = Attachment.objects.filter(finished_at__isnull=True, created_at__lt=now - KEPT_UNFINISHED)
    AttachmentChunk.objects.filter(attachment__in=stale).delete()
    return stale.delete()[0]


def merkle_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root of chunk hashes (RFC 6962: leaves and nodes are told apart); an odd one moves up as it is."""
    level = [hashlib.sha256(b"\x00" + one).digest() for one in hashes]
    while len(level) > 1:
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\x01" + pair[0] + pair[1]).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0]


def _check_size(size: int, hashes: Sequence[str]) -> None:
    """Raise `Invalid` unless so many bytes make so many chunks, and the file is not too large."""
    chunks = len(hashes)
    if chunks > MOST_CHUNKS or size > MOST_BYTES + MOST_CHUNKS * TAG:
        words = "A file may have 10 MB. Send a smaller one, or a picture of it; nothing was sent."
        raise Invalid(words, code="too_large", fields={"/size": words})
    least = (chunks - 1) * (CHUNK + TAG) + TAG + 1
    if not chunks or not least <= size <= chunks * (CHUNK + TAG):
        raise Invalid(fields={"/size": f"{chunks} chunks of {CHUNK + TAG} bytes do not make {size} bytes."})


def _find(code: str, name: str, *, account: Account) -> Attachment:
    trade = open_trade(code, account=account, act="chat.file")
    attachment = Attachment.objects.filter(trade=trade, name=name).first()
    if attachment is None:
        raise NotFound("There is no such file in this trade.")
    return attachment


def _upload(attachment: Attachment) -> Upload:
    stored = set(AttachmentChunk.objects.filter(attachment=attachment).values_list("index", flat=True))
    return Upload(
        name=attachment.name,
        size=attachment.size,
        root=attachment.root,
        chunks=len(attachment.hashes),
        missing=tuple(index for index in range(len(attachment.hashes)) if index not in stored),
    )
