"""Letting the other members of a panel read what was handed over to the arbiter who claimed the case.

The arbiter's browser seals the secret of the case key to each colleague's chat identity; this server keeps a box that
it cannot open. Ed25519 identities are read as X25519 keys by the birational map of RFC 7748, section 4.1, as
libsodium's `crypto_sign_ed25519_pk_to_curve25519` does it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from exchange.accounts.models import Account
from exchange.chat.models import ChatIdentity
from exchange.core import audit
from exchange.core.errors import Conflict, Invalid, NotFound
from exchange.disputes.disclosures import is_sealed_key
from exchange.disputes.interest import has_interest
from exchange.disputes.models import CaseKey, Dispute, KeyShare
from exchange.disputes.panels import waited_for
from exchange.disputes.queries import case_key, case_to_read, claimed_case, ruling_of
from exchange.disputes.telling import tell
from exchange.trades.models import Trade


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """A member of the panel who has still to sign: who it is, the chat identity to seal to, and whether that was done.

    The wallet's signature vouches for the identity: the sealing browser checks both.
    """

    account: str
    name: str
    identity_key: str
    wallet_signature: str
    has_key: bool


def colleagues(code: str, *, by: Account) -> list[Colleague]:
    """Return whom the arbiter of a case lets read it: those asked to sign the ruling who have a chat identity.

    Nobody before a ruling is proposed. Raises `NotFound`, `Forbidden`.
    """
    case, trade = claimed_case(code, arbiter=by)
    shares = {one.reader_id: one.identity_key for one in KeyShare.objects.filter(case_key=case_key(case))}
    return [
        Colleague(
            account=one.account.address,
            name=one.account.label,
            identity_key=one.public_key,
            wallet_signature=one.wallet_signature,
            has_key=shares.get(one.account_id) == one.public_key,
        )
        for one in _identities(case, trade)
    ]


def share_key(code: str, *, by: Account, reader: str, identity_key: str, sealed: str, now: datetime) -> None:
    """Keep the case key's secret as sealed to `reader` (an address) under that colleague's present identity.

    Sealing again replaces the box. Raises `NotFound`, `Forbidden`, `Invalid`, or `Conflict` (`closed`,
    `no_arbiter_key`, `other_key`).
    """
    case, trade = claimed_case(code, arbiter=by)
    if not is_sealed_key(sealed):
        raise Invalid(fields={"/sealed": "This is a sealed box of the case's secret, in base64."})
    with transaction.atomic():
        Dispute.objects.select_for_update(of=("self",)).get(pk=case.pk)
        if case.closed_at is not None:
            raise Conflict("This case is closed.", code="closed")
        key = case_key(case)
        if key is None:
            raise Conflict("Open the case with your own key first. Nothing was shared.", code="no_arbiter_key")
        found = next((one for one in _identities(case, trade) if one.account.address.lower() == reader.lower()), None)
        if found is None:
            raise NotFound("Nobody with this wallet and a chat key is asked to sign a ruling in this case.")
        if found.public_key != identity_key:
            raise Conflict(f"{found.account.label} has another chat key by now. Try again.", code="other_key")
        _, created = KeyShare.objects.update_or_create(
            case_key=key, reader=found.account, defaults={"identity_key": identity_key, "sealed": sealed, "at": now}
        )
        if created:
            audit.record("case.shared", by=by.address, subject=trade.code, data={"with": found.account.address})
        tell(trade)


def key_shared_with(code: str, *, reader: Account) -> tuple[CaseKey | None, str]:
    """Return the key that a case is read with and, for a colleague, its secret sealed to that colleague (base64).

    None and empty text where there is none yet. Raises `NotFound`, `Forbidden`.
    """
    case, _ = case_to_read(code, arbiter=reader)
    key = case_key(case)
    share = KeyShare.objects.filter(case_key=key, reader=reader).first() if key else None
    return key, share.sealed if share else ""


def _identities(case: Dispute, trade: Trade) -> list[ChatIdentity]:
    ruling = ruling_of(case)
    if ruling is None or not ruling.is_proposed:
        return []
    asked = [one for one in waited_for(trade, ruling) if not has_interest(trade, one, case=case)]
    rows = ChatIdentity.objects.select_related("account").filter(account__in=asked)
    return list(rows.exclude(account=case.arbiter_id).order_by("account_id"))
