"""Keys of the chat: an account's identity, vouched for by its wallet, and trade keys, vouched for by the identity."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from escrow import signatures
from escrow.terms import digest
from exchange.accounts.models import Account
from exchange.chat import checks, keys
from exchange.chat.models import ChatIdentity, TradeKey
from exchange.core.errors import Conflict, Invalid
from exchange.core.hints import hint
from exchange.trades import queries as trades

MOST_BACKUP = 4096


def host() -> str:
    """Return the host that chat signatures name: that of the site's address, with its port."""
    return urlsplit(settings.SITE_URL).netloc


def enrol(
    *, by: Account, public_key: str, wallet_signature: str, now: datetime, backup: str | None = None
) -> ChatIdentity:
    """Set the account's chat identity, and the opaque backup of its seed if one is given.

    The wallet must have signed `keys.identity_typed_data`. Doing it again is harmless; a new key serves later trades.
    Raises `Invalid`.
    """
    key = checks.read_key(public_key, field="/public_key")
    if backup is not None and (len(backup) > MOST_BACKUP or "\x00" in backup):
        raise Invalid(fields={"/backup": f"A backup has at most {MOST_BACKUP} characters."})
    typed_data = keys.identity_typed_data(by.address, identity_key=key, host=host())
    words = "Your wallet did not sign this chat key for this site."
    if len(wallet_signature) > ChatIdentity.LONGEST_SIGNATURE:
        raise Invalid(words, fields={"/wallet_signature": words})
    try:
        signatures.check(digest(typed_data), wallet_signature, signer=by.address)
    except signatures.BadSignature as error:
        raise Invalid(words, fields={"/wallet_signature": words}) from error
    values: dict[str, object] = {"public_key": key, "wallet_signature": wallet_signature, "created_at": now}
    if backup is not None:
        values["backup"] = backup
    identity, _ = ChatIdentity.objects.update_or_create(account=by, defaults=values)
    return identity


def publish_trade_key(code: str, *, by: Account, public_key: str, signature: str, now: datetime) -> TradeKey:
    """Publish the party's X25519 key for one trade, signed by its identity. Once: another key is refused.

    Raises `NotFound`, `Conflict` (codes `no_identity`, `key_fixed`) or `Invalid`.
    """
    trade = trades.trade_for(code, account=by)
    key = checks.read_key(public_key, field="/public_key")
    signed = checks.read_signature(signature, field="/signature")
    identity = ChatIdentity.objects.filter(account=by).first()
    if identity is None:
        raise Conflict("Set up your chat identity first.", code="no_identity")
    try:
        words = keys.trade_key_words(key, trade_id=trade.trade_id)
        keys.check_signature(words, signature=signed, identity_key=identity.public_key)
    except keys.BadKey as error:
        raise Invalid(str(error), code="bad_signature", fields={"/signature": str(error)}) from error
    with transaction.atomic():
        published, created = TradeKey.objects.get_or_create(
            trade=trade,
            account=by,
            defaults={
                "identity_key": identity.public_key,
                "wallet_signature": identity.wallet_signature,
                "public_key": key,
                "signature": signed,
                "created_at": now,
            },
        )
        if published.public_key != key:
            raise Conflict(
                "This trade already has another chat key of yours. Unlock the chat with the same wallet as before.",
                code="key_fixed",
            )
        if created:
            hint(f"trade:{trade.code}", {"t": "keys", "id": trade.code, "v": trade.version})
    return published
