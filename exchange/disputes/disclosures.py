"""Handing the arbiter the keys of chosen messages, sealed so that nobody else can use them, this server included.

The arbiter publishes a key for the case, vouched for by identity and wallet as in the chat. Each party's browser then
seals the keys of the messages it chooses to that key. A key that does not open its message shows in the arbiter's
verdict, under the name of whoever handed it over.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from escrow import signatures
from escrow.terms import digest
from exchange.accounts.models import Account
from exchange.chat import keys
from exchange.chat.checks import read_key, read_signature
from exchange.chat.enrolment import host
from exchange.chat.models import Message
from exchange.core.errors import Conflict, Invalid, NotFound
from exchange.core.outbox import emit
from exchange.disputes.models import CaseKey, Disclosure, Dispute
from exchange.disputes.queries import claimed_case
from exchange.disputes.telling import tell
from exchange.trades import actions as trade_actions
from exchange.trades import queries as trades

# A sealed box of 32 bytes: the throw-away public key, the tag, the key itself.
SEALED_BYTES = 32 + 16 + 32
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedKey:
    """The key of `sender`'s message `n`, sealed to the arbiter (base64)."""

    sender: str
    n: int
    sealed: str


def publish_case_key(
    code: str,
    *,
    by: Account,
    identity_key: str,
    wallet_signature: str,
    public_key: str,
    signature: str,
    now: datetime,
) -> CaseKey:
    """Set the key by which the arbiter of a claimed case reads what is handed over; the same again is harmless.

    Raises `NotFound`, `Forbidden`, `Invalid`, or `Conflict` with code `key_fixed` for another key than before.
    """
    case, trade = claimed_case(code, arbiter=by)
    identity = read_key(identity_key, field="/identity_key")
    public = read_key(public_key, field="/public_key")
    signed = read_signature(signature, field="/signature")
    _check_vouched(by, identity_key=identity, wallet_signature=wallet_signature)
    words = keys.trade_key_words(public, trade_id=trade.trade_id)
    try:
        keys.check_signature(words, signature=signed, identity_key=identity)
    except keys.BadKey as error:
        raise Invalid(str(error), fields={"/signature": str(error)}) from error
    with transaction.atomic():
        key, created = CaseKey.objects.get_or_create(
            dispute=case,
            account=by,
            defaults={
                "identity_key": identity,
                "wallet_signature": wallet_signature,
                "public_key": public,
                "signature": signed,
                "created_at": now,
            },
        )
        if key.public_key != public:
            raise Conflict("Your key for this case is published already and cannot be changed.", code="key_fixed")
        if created:
            emit("dispute.key", {"trade": trade.code, "by": by.address, "version": trade.version})
            tell(trade)
    return key


def disclose(code: str, *, by: Account, items: Iterable[SealedKey], now: datetime) -> int:
    """Hand the arbiter the keys of chosen messages of one's own trade; return how many were new.

    Both sides can read every message, so either may disclose any of them. Raises `NotFound`, `Invalid`, or `Conflict`
    (code `closed`, `no_arbiter_key`).
    """
    trade = trades.trade_for(code, account=by)
    given = list(items)
    _check_items(given)
    with transaction.atomic():
        case = Dispute.objects.select_for_update(of=("self",)).filter(trade=trade).first()
        if case is None:
            raise NotFound("There is no case for this trade yet.")
        key = _key_to_seal_to(case)
        known = {
            (sender.lower(), n) for sender, n in Message.objects.filter(trade=trade).values_list("sender__address", "n")
        }
        strange = next((one for one in given if (one.sender.lower(), one.n) not in known), None)
        if strange is not None:
            words = f"Message {strange.n} of {strange.sender} is not in this trade's log."
            raise Invalid(words, code="not_in_log", fields={"/items": words})
        before = Disclosure.objects.filter(case_key=key, account=by).count()
        Disclosure.objects.bulk_create(
            (
                Disclosure(
                    dispute=case, account=by, case_key=key, sender=one.sender, n=one.n, sealed=one.sealed, at=now
                )
                for one in given
            ),
            ignore_conflicts=True,
        )
        fresh = Disclosure.objects.filter(case_key=key, account=by).count() - before
        if fresh:
            trade_actions.note(trade, kind="disclosed", by=by.address, facts={"messages": fresh}, now=now)
            tell(trade)
    return fresh


def is_sealed_key(text: str) -> bool:
    """Return whether `text` (base64) has the size of a sealed box of one 32-byte key."""
    try:
        return len(base64.b64decode(text, validate=True)) == SEALED_BYTES
    except (binascii.Error, ValueError):
        return False


def _key_to_seal_to(case: Dispute) -> CaseKey:
    if case.closed_at is not None:
        raise Conflict("This case is closed.", code="closed")
    key = CaseKey.objects.filter(dispute=case, account=case.arbiter).first() if case.arbiter_id else None
    if key is None:
        raise Conflict("The arbiter has not opened the case yet. You are told when messages can be handed over.",
                       code="no_arbiter_key")  # fmt: skip
    return key


def _check_items(items: list[SealedKey]) -> None:
    if not 1 <= len(items) <= MOST_AT_ONCE:
        raise Invalid(fields={"/items": f"Hand over 1 to {MOST_AT_ONCE} messages at once."})
    for place, one in enumerate(items):
        if not is_sealed_key(one.sealed):
            raise Invalid(fields={f"/items/{place}/sealed": "This is a sealed box of one message key, in base64."})


def _check_vouched(by: Account, *, identity_key: str, wallet_signature: str) -> None:
    words = "Your wallet did not sign this key for this site."
    typed_data = keys.identity_typed_data(by.address, identity_key=identity_key, host=host())
    try:
        signatures.check(digest(typed_data), wallet_signature, signer=by.address)
    except signatures.BadSignature as error:
        raise Invalid(words, fields={"/wallet_signature": words}) from error
