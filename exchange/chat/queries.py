"""Reading the trade-room log. Parties see what is theirs; the arbiter of the case sees ciphertext and keys."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q

from exchange.accounts.models import Account
from exchange.chat.models import ChatIdentity, ChatLog, ChatSettings, Message, PaymentDetails, ReadMark, TradeKey
from exchange.core.errors import Conflict, NotFound
from exchange.trades import payer
from exchange.trades import queries as trades
from exchange.trades.decide import Side
from exchange.trades.models import Trade
from exchange.trades.reading import open_trade
from exchange.trades.states import LOCKED

MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A message in its place: `body` exactly as its sender signed it."""

    seq: int
    received_at: datetime
    body: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedKey:
    """One party's key for a trade with the two signatures that vouch for it; hex without prefix, wallet's 0x-hex."""

    account: str
    identity_key: str
    wallet_signature: str
    public_key: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far one party has received and read the log."""

    account: str
    delivered: int
    read: int


def identity_of(account: Account) -> ChatIdentity:
    """Return the account's own chat identity with its backup. Raises `NotFound`."""
    identity = ChatIdentity.objects.filter(account=account).first()
    if identity is None:
        raise NotFound("You have no chat identity yet.")
    return identity


def settings_of(account: Account) -> ChatSettings:
    """Return what the account lets others see: everything, until it says otherwise."""
    return ChatSettings.objects.filter(account=account).first() or ChatSettings(account=account)


def messages(code: str, *, account: Account, after: int = 0, limit: int = 100) -> list[StoredMessage]:
    """Return messages with a `seq` above `after`, in order, at most `limit`. Raises `NotFound`."""
    trade = open_trade(code, account=account, act="chat.read")
    rows = Message.objects.filter(trade=trade, seq__gt=after).order_by("seq")
    found = rows.values_list("seq", "received_at", "body")[: min(limit, MOST)]
    return [StoredMessage(seq=seq, received_at=received_at, body=body) for seq, received_at, body in found]


def head(code: str, *, account: Account) -> int:
    """Return the `seq` of the newest message, 0 when there is none. Raises `NotFound`."""
    trade = trades.trade_for(code, account=account, include_arbiter=True)
    return ChatLog.objects.filter(trade=trade).values_list("head", flat=True).first() or 0


def keys(code: str, *, account: Account) -> list[PublishedKey]:
    """Return the keys both parties have published for a trade, one's own first. Raises `NotFound`."""
    return keys_of(open_trade(code, account=account, act="chat.keys"), account=account)


def keys_of(trade: Trade, *, account: Account) -> list[PublishedKey]:
    """Return the same of a trade that `account` was found to see."""
    rows = TradeKey.objects.filter(trade=trade).select_related("account").order_by("id")
    return [
        PublishedKey(
            account=row.account.address,
            identity_key=row.identity_key,
            wallet_signature=row.wallet_signature,
            public_key=row.public_key,
            signature=row.signature,
        )
        for row in sorted(rows, key=lambda row: row.account_id != account.pk)
    ]


def payment_details(code: str, *, account: Account) -> dict[str, Any]:
    """Return the sealed account details: to the seller always, to the buyer only while coins are locked.

    Raises `NotFound`, or `Conflict` with code `not_locked`, `payer_first` or `no_details`.
    """
    trade = trades.trade_for(code, account=account)
    is_buyer = trades.role_of(trade, account=account).side is Side.BUYER
    if is_buyer and trade.state not in LOCKED:
        raise Conflict(
            "The coins are not locked, so do not pay. The details are handed over while the escrow holds them.",
            code="not_locked",
        )
    if is_buyer and payer.is_owed(trade):
        raise Conflict(
            "Name the account you pay from first; the details appear as soon as the name is sealed.", code="payer_first"
        )
    stored = PaymentDetails.objects.filter(trade=trade).first()
    if stored is None:
        raise Conflict("The seller has not sent the payment details yet.", code="no_details")
    return dict(stored.envelope)


def marks(code: str, *, account: Account) -> list[Mark]:
    """Return how far each party has received and read the log, as far as each lets it be seen. Raises `NotFound`."""
    trade = trades.trade_for(code, account=account)
    rows = ReadMark.objects.filter(trade=trade).select_related("account").order_by("id")
    hidden = set(
        ChatSettings.objects.filter(account__in=[row.account_id for row in rows], shows_read=False)
        .exclude(account=account)
        .values_list("account_id", flat=True)
    )
    return [
        Mark(
            account=row.account.address,
            delivered=row.delivered,
            read=0 if row.account_id in hidden else row.read,
        )
        for row in rows
    ]


def unread_counts(account: Account, codes: Iterable[str]) -> dict[str, int]:
    """Return how many messages of the other side `account` has not read, by trade code; for lists of its own trades."""
    mine = Q(trade__seller=account) | Q(trade__buyer=account)
    read = dict(ReadMark.objects.filter(account=account, trade__code__in=codes).values_list("trade__code", "read"))
    rows = Message.objects.filter(mine, trade__code__in=codes).exclude(sender=account)
    unread = Q()
    for code, seq in read.items():
        unread |= Q(trade__code=code, seq__gt=seq)
    unread |= ~Q(trade__code__in=list(read))
    return dict(rows.filter(unread).values(code=F("trade__code")).annotate(n=Count("id")).values_list("code", "n"))
