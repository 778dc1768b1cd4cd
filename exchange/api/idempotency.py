"""Idempotency-Key: a call that may be sent again after a lost answer has one effect and one answer.

1. An unsafe call runs in one transaction; its first statement claims (account, key), which a unique constraint keeps
   single across processes. A second call with the same key waits there until the first has committed or vanished.
2. The answer is written in the same transaction as the effect: a process killed in between leaves neither.
3. The same key with the same request gives the kept answer; with another request 422; still running after the lock
   wait 409 with Retry-After. Refusals that waiting can heal (429, 503) and faults are not kept.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta

import orjson
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest
from psycopg import errors as pg

from exchange.accounts.models import Account
from exchange.api.answers import Answer
from exchange.api.models import IdempotentAnswer
from exchange.api.problems import problem_of
from exchange.api.reading import UnquotedNumber, read_body
from exchange.core import clock
from exchange.core.errors import Conflict, DomainError, Invalid

HEADER = "Idempotency-Key"
KEEP = timedelta(days=3)
_KEY = re.compile(r"^[\x21-\x7e]{1,128}$")
_HEALED_BY_WAITING = frozenset({401, 429, 503})


def perform(request: HttpRequest, account: Account, act: Callable[[], Answer]) -> Answer:
    """Return the answer of `act`, run in one transaction; after a deadlock, which undid all of it, once more."""
    key = request.headers.get(HEADER)
    if key is not None and not _KEY.match(key):
        raise Invalid(f"{HEADER} must be 1 to 128 visible ASCII characters.", code="bad_idempotency_key")
    for attempt in (1, 2):
        try:
            with transaction.atomic():
                return _once(request, account, key, act) if key else act()
        except OperationalError as error:
            if attempt == 2 or not isinstance(error.__cause__, pg.DeadlockDetected | pg.SerializationFailure):
                raise
    raise AssertionError("unreachable")


def _once(request: HttpRequest, account: Account, key: str, act: Callable[[], Answer]) -> Answer:
    claim = _hash(request)
    if not _claim(account, key, claim):
        return _repeat(account, key, claim)
    try:
        with transaction.atomic():
            answer = act()
    except DomainError as refusal:
        if refusal.status in _HEALED_BY_WAITING:
            raise
        answer = problem_of(refusal, request=request)
    _keep(account, key, answer)
    return answer


def _claim(account: Account, key: str, request_hash: str) -> bool:
    """Return whether this call is the first with `key`, after a running one has ended. Raises `Conflict`."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO api_idempotentanswer (account_id, key, request_hash, created_at)"
                " VALUES (%s, %s, %s, %s) ON CONFLICT (account_id, key) DO NOTHING",
                [account.pk, key, request_hash, clock.now()],
            )
            return int(cursor.rowcount) == 1
    except OperationalError as error:
        if not isinstance(error.__cause__, pg.LockNotAvailable):
            raise
        raise Conflict(
            "The first call with this Idempotency-Key is still running. Send it again in a moment.",
            code="in_progress",
            extra={"retry_after": 2},
        ) from error


def _repeat(account: Account, key: str, request_hash: str) -> Answer:
    kept = IdempotentAnswer.objects.get(account=account, key=key)
    if kept.request_hash != request_hash:
        raise Invalid(
            f"This {HEADER} was used for another request. Use a new key for a new request.",
            code="idempotency_key_reused",
        )
    return Answer(body=kept.body, status=kept.status or 200, headers={"Idempotent-Replayed": "true"})


def _keep(account: Account, key: str, answer: Answer) -> None:
    IdempotentAnswer.objects.filter(account=account, key=key).update(status=answer.status, body=answer.kept())


def _hash(request: HttpRequest) -> str:
    """Return what makes two requests the same: method, address and the meaning of the body."""
    body = orjson.dumps(read_body(request), option=orjson.OPT_SORT_KEYS, default=_text)
    return hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode() + body).hexdigest()


def _text(value: UnquotedNumber) -> str:
    return f"number {value.text}"


def forget_old_answers() -> int:
    """Delete answers older than `KEEP` and return how many there were."""
    return IdempotentAnswer.objects.filter(created_at__lt=clock.now() - KEEP).delete()[0]
