"""Who has looked at a case and when, from the audit log: what the two traders are shown."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from exchange.accounts.models import Account
from exchange.core.models import AuditEntry
from exchange.trades.models import Trade

# Readings by one person that follow each other within this time are told as one.
ONE_SITTING = timedelta(hours=1)
# What the parties learn only when enough members of a panel have signed: before, it might still become another ruling.
PROPOSING = frozenset({"case.proposed", "case.shared", "case.cosigned"})
WORDS = {
    "case.read": "read the case file",
    "case.transcript": "read the disclosed messages",
    "case.evidence": "opened a file",
    "case.exported": "exported the case file",
    "case.claimed": "took the case on",
    "case.assigned": "assigned the case",
    "case.recused": "gave the case back",
    "case.proposed": "proposed a ruling to the panel",
    "case.shared": "let a member of the panel read the messages",
    "case.ruled": "signed a ruling",
    "case.cosigned": "signed the ruling too",
    "case.asked": "asked for evidence",
    "case.files": "looked at the list of files",
    "trade.read": "read the trade",
    "chat.read": "read the chat's ciphertext",
    "chat.keys": "read the chat's public keys",
    "chat.file": "read an encrypted file of the chat",
    "payer.read": "read the sealed name of the payer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One sitting: who, what, how often, the last time."""

    name: str
    words: str
    count: int
    at: datetime


def readings_of(trade: Trade, *, with_proposals: bool) -> tuple[Reading, ...]:
    """Return what arbiters and staff did with this case, newest first; proposals only once they are a ruling."""
    acts = set(WORDS) if with_proposals else set(WORDS) - PROPOSING
    rows = list(
        AuditEntry.objects.filter(subject=trade.code, act__in=acts).order_by("id").values_list("actor", "act", "at")
    )
    names = {one.address: one.label for one in Account.objects.filter(address__in={actor for actor, _, _ in rows})}
    found: list[Reading] = []
    newest: dict[tuple[str, str], int] = {}
    for actor, act, at in rows:
        place = newest.get((actor, act))
        if place is not None and at - found[place].at <= ONE_SITTING:
            found[place] = Reading(name=found[place].name, words=WORDS[act], count=found[place].count + 1, at=at)
            continue
        newest[(actor, act)] = len(found)
        found.append(Reading(name=names.get(actor, actor), words=WORDS[act], count=1, at=at))
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))
