"""Comparing our books with the contract, to the wei: what it holds, each open trade, each credit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, Sum

from escrow import abi
from escrow.errors import Unavailable
from escrow.events import OPEN, STATUSES
from escrow.models import Credit, Cursor, Escrow
from escrow.rpc import Chain, Node
from escrow.terms import ZERO

AT_ONCE = 500
# Blocks within which a trade that ended counts as new.
RECENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing on which the tables and the contract disagree.

    `surplus` means that the contract holds more than it owes: anyone can send it coins, so that alone is no fault.
    """

    kind: str
    subject: str
    ours: str
    chain: str

    @property
    def is_about_a_trade(self) -> bool:
        """Whether one trade alone is concerned."""
        return self.kind == "status"

    @property
    def is_fault(self) -> bool:
        """Whether somebody may be missing coins, or we show something untrue."""
        return self.kind != "surplus"

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}: tables {self.ours}, chain {self.chain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome at one block."""

    block_number: int
    trades: int
    credits: int
    differences: tuple[Difference, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is amiss."""
        return not any(difference.is_fault for difference in self.differences)


def reconcile(chain: Chain, *, contracts: Iterable[str], only_open: bool = False) -> Report:
    """Compare at the block the tables stand at: sums, credits and trades; with `only_open` none that ended long ago.

    Raises `Unavailable` if that block cannot be asked about.
    """
    asked = tuple(contracts)
    return chain.ask(lambda node: _reconcile(node, chain_id=chain.chain_id, contracts=asked, only_open=only_open))


def _reconcile(node: Node, *, chain_id: int, contracts: Sequence[str], only_open: bool) -> Report:
    cursor = Cursor.objects.filter(chain_id=chain_id).first()
    if cursor is None or not cursor.block_hash:
        raise Unavailable("nothing is indexed yet")
    block = hex(cursor.block_number)
    rows = Escrow.objects.filter(chain_id=chain_id)
    if only_open:
        rows = rows.filter(Q(head_status__in=OPEN) | Q(head_block__gt=cursor.block_number - RECENT))
    escrows = list(rows.order_by("trade_id"))
    credits_ = list(Credit.objects.filter(chain_id=chain_id).order_by("id"))
    differences: list[Difference] = []
    for start in range(0, len(escrows), AT_ONCE):
        differences += _compare_trades(node, escrows[start : start + AT_ONCE], block=block)
    for start in range(0, len(credits_), AT_ONCE):
        differences += _compare_credits(node, credits_[start : start + AT_ONCE], block=block)
    for contract in contracts:
        differences += _compare_balances(node, chain_id=chain_id, contract=contract, block=block)
    _check_unmoved(node, cursor)
    return Report(
        block_number=cursor.block_number, trades=len(escrows), credits=len(credits_), differences=tuple(differences)
    )


def _compare_trades(node: Node, escrows: Sequence[Escrow], *, block: str) -> list[Difference]:
    answers = _view(node, [(row.contract, "tradeOf", (bytes.fromhex(row.trade_id[2:]),)) for row in escrows], block)
    found = []
    for row, answer in zip(escrows, answers, strict=True):
        status, deadline = int(answer[2:66], 16), int(answer[66:130], 16)
        theirs = f"{STATUSES[status] if status < len(STATUSES) else status} until {deadline}"
        ours = f"{row.head_status} until {row.head_deadline}"
        if theirs != ours:
            found.append(Difference(kind="status", subject=row.trade_id, ours=ours, chain=theirs))
    return found


def _compare_credits(node: Node, rows: Sequence[Credit], *, block: str) -> list[Difference]:
    answers = _view(node, [(row.contract, "creditOf", (row.account, row.token)) for row in rows], block)
    return [
        Difference(
            kind="credit",
            subject=f"{row.account} in {row.token}",
            ours=str(row.head_amount),
            chain=str(int(answer, 16)),
        )
        for row, answer in zip(rows, answers, strict=True)
        if int(answer, 16) != row.head_amount
    ]


def _compare_balances(node: Node, *, chain_id: int, contract: str, block: str) -> list[Difference]:
    open_rows = Escrow.objects.filter(chain_id=chain_id, contract=contract, head_status__in=OPEN)
    owed: dict[str, int] = {ZERO: 0}
    for row in open_rows.values("token").annotate(sum=Sum("amount")):
        owed[row["token"]] = owed.get(row["token"], 0) + int(row["sum"])
    waiting = Credit.objects.filter(chain_id=chain_id, contract=contract)
    for row in waiting.values("token").annotate(sum=Sum("head_amount")):
        owed[row["token"]] = owed.get(row["token"], 0) + int(row["sum"])
    # Tokens in which everything was paid out long ago are asked about too.
    for token in Escrow.objects.filter(chain_id=chain_id, contract=contract).values_list("token", flat=True).distinct():
        owed.setdefault(token, 0)
    found = []
    for token, amount in sorted(owed.items()):
        holds = _balance(node, token=token, contract=contract, block=block)
        if holds != amount:
            kind = "surplus" if holds > amount else "shortfall"
            found.append(Difference(kind=kind, subject=token, ours=str(amount), chain=str(holds)))
    return found


def _balance(node: Node, *, token: str, contract: str, block: str) -> int:
    if token == ZERO:
        return int(node.call("eth_getBalance", contract, block), 16)
    data = abi.encode_words("balanceOf", ("address",), contract)
    return int(node.call("eth_call", {"to": token, "data": data}, block), 16)


def _view(node: Node, asked: Sequence[tuple[str, str, tuple[Any, ...]]], block: str) -> list[str]:
    requests: list[tuple[str, tuple[Any, ...]]] = [
        ("eth_call", ({"to": contract, "data": abi.encode_call(function, *args)}, block))
        for contract, function, args in asked
    ]
    return node.batch(requests)


def _check_unmoved(node: Node, cursor: Cursor) -> None:
    """Raise `Unavailable` if the tables or the node left the block that was compared."""
    block = node.call("eth_getBlockByNumber", hex(cursor.block_number), False)
    if block is None or block["hash"] != cursor.block_hash:
        raise Unavailable(f"{node.label} is on another branch than the tables")
    now = Cursor.objects.filter(chain_id=cursor.chain_id).values_list("block_hash", flat=True).first()
    if now != cursor.block_hash:
        raise Unavailable("the tables moved on while they were compared; try again")
