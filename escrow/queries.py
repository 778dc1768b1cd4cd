"""What the rest of the product may know of the chain: final events in their order, escrows, health, sums."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import F, Q, Sum
from eth_utils.crypto import keccak

from escrow import deployment
from escrow.decode import read_event
from escrow.errors import Unavailable
from escrow.events import OPEN, Credited
from escrow.fate import Fate, fate_of
from escrow.health import ChainHealth, KeeperHealth, chain_health, keeper_health
from escrow.models import ChainEvent, ChainReport, Credit, Cursor, Escrow, KeeperState
from escrow.rpc import PATIENCE_SECONDS, chain

__all__ = [
    "ChainHealth",
    "CreditView",
    "EscrowView",
    "Fate",
    "FinalEvent",
    "KeeperHealth",
    "NodeFacts",
    "Totals",
    "Unavailable",
    "account_has_code",
    "chain_health",
    "code_hash",
    "doubtful_trades",
    "escrow_of",
    "escrows_of",
    "fate_of",
    "final_events",
    "keeper_health",
    "node_facts",
    "reorged_trades",
    "totals",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalEvent:
    """An event that can no longer be undone. `position` only grows; `args` are the contract's, numbers as int."""

    position: int
    event_id: int
    name: str
    trade_id: str
    args: dict[str, Any]
    tx_hash: str
    block_number: int
    block_hash: str
    block_time: datetime
    chain_id: int
    contract: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditView:
    """A payout of this trade that could not be pushed and was credited instead, base units."""

    account: str
    token: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowView:
    """One escrow by the newest block (`head_*`, amounts, credits) and by the last final one (`final_*`).

    `confirmations` counts the blocks on the newest change, its own included; the product acts at `required`.
    """

    trade_id: str
    chain_id: int
    contract: str
    seller: str
    buyer: str
    token: str
    amount: int
    head_status: str
    final_status: str
    head_deadline: datetime | None
    final_deadline: datetime | None
    head_tx_hash: str
    head_block: int
    confirmations: int
    required: int
    to_buyer: int
    to_seller: int
    fee: int
    credits: tuple[CreditView, ...]

    @property
    def is_final(self) -> bool:
        """Whether the newest change is final."""
        return self.head_status == self.final_status


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFacts:
    """What a client must know to talk to the same contract; `relayer` sends signed actions, None when there is none."""

    chain_id: int
    contract: str
    relayer: str | None
    required: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Base units by token address, as of the newest block: locked in open escrows, and waiting for withdrawal."""

    escrowed: dict[str, int]
    credited: dict[str, int]
    open_trades: int


def final_events(*, after: int, limit: int = 500) -> list[FinalEvent]:
    """Return final events behind position `after`, in chain order."""
    rows = ChainEvent.objects.filter(final_seq__gt=after).order_by("final_seq")[:limit]
    return [
        FinalEvent(
            position=row.final_seq or 0,
            event_id=row.id,
            name=row.name,
            trade_id=row.trade_id,
            args=read_event(row.name, row.payload).args(),
            tx_hash=row.tx_hash,
            block_number=row.block_number,
            block_hash=row.block_hash,
            block_time=datetime.fromtimestamp(row.block_time, UTC),
            chain_id=row.chain_id,
            contract=row.contract,
        )
        for row in rows
    ]


def escrow_of(trade_id: str) -> EscrowView | None:
    """Return the escrow of a trade, None when the chain does not know it (yet)."""
    return escrows_of([trade_id]).get(trade_id.lower())


def escrows_of(trade_ids: Iterable[str]) -> dict[str, EscrowView]:
    """Return the escrows that exist among `trade_ids`."""
    wanted = [trade_id.lower() for trade_id in trade_ids]
    cursors = dict(Cursor.objects.values_list("chain_id", "block_number"))
    found = list(Escrow.objects.filter(trade_id__in=wanted))
    credited = _credits_of([row.trade_id for row in found if row.head_status not in OPEN])
    return {
        row.trade_id: EscrowView(
            trade_id=row.trade_id,
            chain_id=row.chain_id,
            contract=row.contract,
            seller=row.seller,
            buyer=row.buyer,
            token=row.token,
            amount=row.amount,
            head_status=row.head_status,
            final_status=row.final_status,
            head_deadline=_moment(row.head_deadline),
            final_deadline=_moment(row.final_deadline),
            head_tx_hash=row.head_tx_hash,
            head_block=row.head_block,
            confirmations=max(0, cursors.get(row.chain_id, -1) - row.head_block + 1),
            required=settings.CONFIRMATIONS,
            to_buyer=row.head_to_buyer,
            to_seller=row.head_to_seller,
            fee=row.head_fee,
            credits=tuple(credited[row.trade_id]),
        )
        for row in found
    }


def reorged_trades() -> frozenset[str]:
    """Return the trades whose final events were undone by a reorganisation and were not looked at by a person yet."""
    rows = Cursor.objects.filter(alarm_at__isnull=False).values_list("alarm_trades", flat=True)
    return frozenset(trade_id for row in rows for trade_id in row)


def doubtful_trades(trade_ids: Iterable[str]) -> frozenset[str]:
    """Return those of `trade_ids` that our tables and the contract disagree about; all of them if the sums differ."""
    asked = frozenset(trade_ids)
    doubtful: set[str] = set()
    for report in ChainReport.objects.filter(Q(sums_differ=True) | ~Q(differing=[])):
        doubtful |= asked if report.sums_differ else asked & set(report.differing)
    return frozenset(doubtful)


def node_facts() -> NodeFacts:
    """Return chain, contract and relayer of new trades, without asking a node."""
    relayer = KeeperState.objects.filter(chain_id=settings.CHAIN_ID).values_list("address", flat=True).first()
    return NodeFacts(
        chain_id=settings.CHAIN_ID,
        contract=deployment.contract_address(),
        relayer=relayer or None,
        required=settings.CONFIRMATIONS,
    )


def totals() -> Totals:
    """Return what the contract holds for traders on the configured chain."""
    still = Escrow.objects.filter(chain_id=settings.CHAIN_ID, head_status__in=OPEN)
    waiting = Credit.objects.filter(chain_id=settings.CHAIN_ID)
    return Totals(
        escrowed={row["token"]: int(row["sum"]) for row in still.values("token").annotate(sum=Sum("amount"))},
        credited={row["token"]: int(row["sum"]) for row in waiting.values("token").annotate(sum=Sum("head_amount"))},
        open_trades=still.count(),
    )


def account_has_code(address: str) -> bool:
    """Return whether `address` is a contract, or an account with an EIP-7702 delegation. Raises `Unavailable`."""
    return chain(read_seconds=PATIENCE_SECONDS).call("eth_getCode", address, "latest") not in {"0x", None}


def _credits_of(trade_ids: list[str]) -> defaultdict[str, list[CreditView]]:
    found: defaultdict[str, list[CreditView]] = defaultdict(list)
    rows = ChainEvent.objects.filter(trade_id__in=trade_ids, name=Credited.name).exclude(state="orphaned")
    for row in rows.order_by(F("block_number"), F("log_index")):
        event = read_event(row.name, row.payload)
        assert isinstance(event, Credited)
        found[row.trade_id].append(CreditView(account=event.account, token=event.token, amount=event.amount))
    return found


def _moment(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


_code_hashes: dict[tuple[int | None, str], str] = {}


def code_hash(contract: str, *, chain_id: int | None = None) -> str:
    """Return the EIP-1052 hash of the code at `contract`; deployed code cannot change, so it is asked for once.

    Raises `Unavailable` while no node has told it yet.
    """
    known = _code_hashes.get((chain_id, contract))
    if known is not None:
        return known
    code = chain(chain_id=chain_id).call("eth_getCode", contract, "latest")
    found = "0x" + keccak(hexstr=code).hex()
    if code != "0x":  # an address without code may still get some
        _code_hashes[chain_id, contract] = found
    return found
