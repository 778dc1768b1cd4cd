"""What a heartbeat tells and checks: the head of every followed thing, and whether each pass still holds."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Max

from exchange.accounts.models import Account, ApiToken
from exchange.chat.models import ChatLog
from exchange.core import clock
from exchange.notifications.models import Notification
from exchange.offers.models import Offer
from exchange.realtime.door import Pass
from exchange.trades.models import Trade

KINDS = ("trade:", "chat:", "offer:")


def has_heads(channels: Collection[str]) -> bool:
    """Return whether any of these channels is of a kind that has a head."""
    return any(channel.startswith(KINDS) for channel in channels)


def read_heads(topics: Collection[str]) -> dict[str, dict[str, int]]:
    """Return `{"trade:<code>": {"v", "seq"}, "offer:<code>": {"v"}}` for the hub channels among `topics`."""
    codes: dict[str, list[str]] = {"trade": [], "chat": [], "offer": []}
    for topic in topics:
        kind, _, name = topic.partition(":")
        if kind in codes:
            codes[kind].append(name)
    heads: dict[str, dict[str, int]] = {}
    for code, version in Trade.objects.filter(code__in=codes["trade"]).values_list("code", "version"):
        heads[f"trade:{code}"] = {"v": version}
    logs = dict(ChatLog.objects.filter(trade__code__in=codes["chat"]).values_list("trade__code", "head"))
    for code in codes["chat"]:
        heads[f"chat:{code}"] = {"seq": logs.get(code, 0)}
    for code, version in Offer.objects.filter(code__in=codes["offer"]).values_list("code", "version"):
        heads[f"offer:{code}"] = {"v": version}
    return heads


def newest_notifications(account_ids: Collection[int]) -> dict[int, int]:
    """Return the id of each account's newest notification."""
    newest = Notification.objects.filter(account_id__in=account_ids).values_list("account_id").annotate(Max("id"))
    return dict(newest)


@dataclass(frozen=True, slots=True)
class Standing:
    """What of the passes still holds."""

    accounts: Mapping[int, tuple[str, bool]]
    sessions: frozenset[str]
    tokens: frozenset[int]

    def holds(self, pass_: Pass) -> bool:
        """Return whether `pass_` is still good: account active, session alive and not ended everywhere, token live."""
        if pass_.account is None:
            return True
        known = self.accounts.get(pass_.account.pk)
        if known is None or (pass_.session_key and known[0] != pass_.account.password):
            return False
        if pass_.token is not None:
            return pass_.token in self.tokens
        return pass_.session_key in self.sessions

    def is_arbiter(self, pass_: Pass) -> bool:
        """Return whether the account of `pass_` holds the arbiter's office now."""
        return pass_.account is not None and self.accounts.get(pass_.account.pk, ("", False))[1]


def read_standing(passes: Iterable[Pass]) -> Standing:
    """Return what still holds of `passes`, by three queries whatever their number."""
    known = [pass_ for pass_ in passes if pass_.account is not None]
    now = clock.now()
    ids = {pass_.account.pk for pass_ in known if pass_.account}
    active = Account.objects.filter(pk__in=ids, is_active=True).values_list("pk", "password", "is_arbiter")
    keys = {pass_.session_key for pass_ in known if pass_.session_key}
    live = Session.objects.filter(session_key__in=keys, expire_date__gt=now).values_list("session_key", flat=True)
    tokens = {pass_.token for pass_ in known if pass_.token is not None}
    usable = ApiToken.objects.filter(pk__in=tokens, revoked_at__isnull=True, expires_at__gt=now)
    return Standing(
        accounts={pk: (password, is_arbiter) for pk, password, is_arbiter in active},
        sessions=frozenset(live),
        tokens=frozenset(usable.values_list("pk", flat=True)),
    )


def beat_frame(channels: Iterable[str], heads: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """Return the heartbeat of one socket: a trade's version and, for its parties, the head of its chat."""
    told: dict[str, dict[str, int]] = {}
    for channel in channels:
        head = heads.get(channel)
        if head is not None:
            told.setdefault(channel.replace("chat:", "trade:"), {}).update(head)
    return {"t": "beat", "heads": told}
