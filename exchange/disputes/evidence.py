"""Evidence: files encrypted in the browser, and what the arbiter asks for. The server keeps ciphertext only."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum

from exchange.accounts.models import Account
from exchange.chat.checks import read_key
from exchange.core.errors import Conflict, Invalid, NotFound, TooMany
from exchange.core.outbox import emit
from exchange.disputes.models import SIDES, Dispute, Evidence, EvidenceChunk, EvidenceRequest
from exchange.disputes.queries import claimed_case
from exchange.disputes.telling import tell
from exchange.trades import actions as trade_actions
from exchange.trades import queries as trades
from exchange.trades.models import Trade

CHUNK = 256 * 1024
MOST_BYTES = 10 * 1024 * 1024
MOST_BYTES_A_PARTY = 25 * 1024 * 1024
MOST_FILES_A_PARTY = 20
MOST_REQUESTS = 20
# The two parties and every arbiter a case may come to have.
MOST_READERS = 12
LEAST_TIME_TO_ANSWER = timedelta(minutes=30)


def begin(
    code: str,
    *,
    by: Account,
    note: str,
    manifest: str,
    size: int,
    digest: str,
    sealed: Mapping[str, str],
    now: datetime,
) -> Evidence:
    """Announce an encrypted file: its chunks follow. The same file again gives the same evidence, to be continued.

    `sealed` maps readers' public keys (hex) to the file key sealed to each. Raises `NotFound`, `Invalid`, `TooMany`
    or `Conflict` with code `closed`.
    """
    trade = trades.trade_for(code, account=by)
    text = _check_file(note=note, manifest=manifest, size=size, digest=digest, sealed=sealed)
    with transaction.atomic():
        case = _open_case(code, by=by)
        mine = Evidence.objects.filter(dispute=case, account=by)
        again = mine.filter(digest=digest).first()
        if again is not None:
            return again
        total = mine.aggregate(total=Sum("size"))["total"] or 0
        if mine.count() >= MOST_FILES_A_PARTY or total + size > MOST_BYTES_A_PARTY:
            raise TooMany(f"A party adds at most {MOST_FILES_A_PARTY} files and 25 MB to a case.", code="enough_shown")
        found = Evidence.objects.create(
            dispute=case,
            account=by,
            note=text,
            manifest=manifest,
            size=size,
            digest=digest,
            chunk_count=-(-size // CHUNK),
            sealed=dict(sealed),
            at=now,
        )
    tell(trade)
    return found


def put_chunk(code: str, *, by: Account, evidence_id: int, n: int, data: str, now: datetime) -> Evidence:
    """Store chunk `n` (from 0; base64) of one's own file; the last one completes it, if the whole has the digest said.

    Raises `NotFound`, `Invalid` or `Conflict`.
    """
    trade = trades.trade_for(code, account=by)
    with transaction.atomic():
        found = _own_file(trade, by=by, evidence_id=evidence_id)
        if found.complete_at is not None:
            return found
        _open_case(code, by=by)
        EvidenceChunk.objects.get_or_create(evidence=found, n=n, defaults={"data": _read_chunk(found, n=n, data=data)})
        if EvidenceChunk.objects.filter(evidence=found).count() < found.chunk_count:
            return found
        is_whole = _digest_of(found) == found.digest
        if is_whole:
            found.complete_at = now
            found.save(update_fields=["complete_at"])
            facts = {"digest": found.digest}
            trade = trade_actions.note(trade, kind="evidence_added", by=by.address, facts=facts, now=now)
            emit("dispute.evidence", {"trade": trade.code, "by": by.address, "version": trade.version})
            tell(trade)
        else:  # what arrived is useless; the next try starts clean
            EvidenceChunk.objects.filter(evidence=found).delete()
    if not is_whole:
        raise Invalid("What arrived is not the file that was announced. Send it again.", code="wrong_digest")
    return found


def share(code: str, *, by: Account, evidence_id: int, sealed: Mapping[str, str]) -> Evidence:
    """Seal the key of one's own file to further readers, such as an arbiter who came later; nobody is taken away.

    Raises `NotFound` or `Invalid`.
    """
    trade = trades.trade_for(code, account=by)
    _check_sealed(sealed)
    with transaction.atomic():
        found = _own_file(trade, by=by, evidence_id=evidence_id)
        merged = {**sealed, **found.sealed}
        if len(merged) > MOST_READERS:
            raise Invalid(fields={"/sealed": f"A file has at most {MOST_READERS} readers."})
        if merged != found.sealed:
            found.sealed = merged
            found.save(update_fields=["sealed"])
            tell(trade)
    return found


def _own_file(trade: Trade, *, by: Account, evidence_id: int) -> Evidence:
    rows = Evidence.objects.select_for_update(of=("self",))
    found = rows.filter(pk=evidence_id, dispute__trade=trade, account=by).first()
    if found is None:
        raise NotFound("There is no such file of yours in this case.")
    return found


def missing_chunks(evidence: Evidence) -> list[int]:
    """Return which chunks have not arrived, so that an upload goes on where it was cut."""
    have = set(EvidenceChunk.objects.filter(evidence=evidence).values_list("n", flat=True))
    return [n for n in range(evidence.chunk_count) if n not in have]


def ask(code: str, *, by: Account, side: str, text: str, due_at: datetime, now: datetime) -> EvidenceRequest:
    """Ask one side or both to show something by a time. Raises `NotFound`, `Forbidden`, `Invalid`, `TooMany`."""
    case, trade = claimed_case(code, arbiter=by)
    words, wrong = text.replace("\r\n", "\n").strip(), dict[str, str]()
    if side not in dict(SIDES):
        wrong["/side"] = "This is buyer, seller or both."
    if not 10 <= len(words) <= 1000 or "\x00" in words:
        wrong["/text"] = f"Say in 10 to 1,000 characters what is to be shown; these are {len(words):,}."
    if due_at < now + LEAST_TIME_TO_ANSWER:
        wrong["/due_at"] = "Leave at least 30 minutes to answer."
    elif case.rule_by is not None and due_at > case.rule_by:
        wrong["/due_at"] = "This is after the time to rule is over."
    if wrong:
        raise Invalid(fields=wrong)
    with transaction.atomic():
        if case.closed_at is not None:
            raise Conflict("This case is closed.", code="closed")
        if EvidenceRequest.objects.filter(dispute=case).count() >= MOST_REQUESTS:
            raise TooMany(f"You have asked {MOST_REQUESTS} times; that is the limit.", code="enough_asked")
        asked = EvidenceRequest.objects.create(dispute=case, arbiter=by, side=side, text=words, due_at=due_at, at=now)
        trade = trade_actions.note(trade, kind="evidence_asked", by=by.address, facts={"side": side}, now=now)
        emit("dispute.asked", {"trade": trade.code, "by": by.address, "version": trade.version, "side": side})
        tell(trade)
    return asked


def _open_case(code: str, *, by: Account) -> Dispute:
    trade = trades.trade_for(code, account=by)
    case = Dispute.objects.select_for_update(of=("self",)).filter(trade=trade).first()
    if case is None:
        raise NotFound("There is no case for this trade yet.")
    if case.closed_at is not None:
        raise Conflict("This case is closed.", code="closed")
    return case


def _check_file(*, note: str, manifest: str, size: int, digest: str, sealed: Mapping[str, str]) -> str:
    text, wrong = note.strip(), dict[str, str]()
    if not 3 <= len(text) <= 500 or "\x00" in text:
        wrong["/note"] = "Say in 3 to 500 characters what this file shows."
    if not 1 <= size <= MOST_BYTES:
        wrong["/size"] = "A file has at most 10 MB."
    if not _is_base64(manifest, most=1500):
        wrong["/manifest"] = "This is base64 of the encrypted name, type and size."
    if wrong:
        raise Invalid(fields=wrong)
    read_key(digest, field="/digest")
    _check_sealed(sealed)
    return text


def _check_sealed(sealed: Mapping[str, str]) -> None:
    if not 1 <= len(sealed) <= MOST_READERS or not all(_is_base64(one, most=128) for one in sealed.values()):
        raise Invalid(fields={"/sealed": "Seal the file's key to yourself, the other side and the arbiter."})
    for reader in sealed:
        read_key(reader, field="/sealed")


def _is_base64(text: str, *, most: int) -> bool:
    try:
        return 0 < len(base64.b64decode(text, validate=True)) <= most
    except (binascii.Error, ValueError):
        return False


def _read_chunk(evidence: Evidence, *, n: int, data: str) -> bytes:
    try:
        chunk = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid(fields={"/data": "This is not base64."}) from error
    if not 0 <= n < evidence.chunk_count:
        raise Invalid(fields={"/n": f"This file has {evidence.chunk_count} chunks, counted from 0."})
    expected = CHUNK if n < evidence.chunk_count - 1 else evidence.size - CHUNK * n
    if len(chunk) != expected:
        raise Invalid(fields={"/data": f"Chunk {n} has {expected} bytes, not {len(chunk)}."})
    return chunk


def _digest_of(evidence: Evidence) -> str:
    whole = hashlib.sha256()
    for data in EvidenceChunk.objects.filter(evidence=evidence).order_by("n").values_list("data", flat=True):
        whole.update(bytes(data))
    return whole.hexdigest()
