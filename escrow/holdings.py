"""What the contracts hold of the native coin, by the chain itself and by our tables, at one and the same block."""

from dataclasses import dataclass

from django.db.models import Sum

from escrow import deployment
from escrow.errors import RpcError
from escrow.events import OPEN
from escrow.models import Credit, Cursor, Escrow
from escrow.rpc import PATIENCE_SECONDS, chain
from escrow.terms import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Base units of the native coin at `block`: the contracts' balance (None if no node answers), and what is owed.

    `escrowed` is locked in open trades, `credited` waits for withdrawal.
    """

    block: int | None
    balance: int | None
    escrowed: int
    credited: int

    @property
    def agrees(self) -> bool:
        """Whether every coin in the contracts belongs to somebody, and nobody's coin is missing."""
        return self.balance == self.escrowed + self.credited


def read_holdings() -> Holdings:
    """Return both sides of the account on the chain of new trades."""
    place = deployment.place()
    cursor = Cursor.objects.filter(chain_id=place.chain_id).first()
    still = Escrow.objects.filter(chain_id=place.chain_id, token=ZERO, head_status__in=OPEN)
    waiting = Credit.objects.filter(chain_id=place.chain_id, token=ZERO)
    block = cursor.block_number if cursor and cursor.block_hash else None
    return Holdings(
        block=block,
        balance=None if block is None else _balance(place.chain_id, block=block),
        escrowed=int(still.aggregate(sum=Sum("amount"))["sum"] or 0),
        credited=int(waiting.aggregate(sum=Sum("head_amount"))["sum"] or 0),
    )


def _balance(chain_id: int, *, block: int) -> int | None:
    requests = [("eth_getBalance", (contract, hex(block))) for contract in deployment.contracts(chain_id)]
    try:
        answers = chain(chain_id=chain_id, read_seconds=PATIENCE_SECONDS).batch(requests)
        return sum(int(answer, 16) for answer in answers)
    except (RpcError, ValueError, TypeError):
        return None
