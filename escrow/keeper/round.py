"""What one round of the keeper works with, and what it noticed on the way."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import Sum

from escrow import deployment
from escrow.keeper.leader import Leadership
from escrow.keeper.signer import Signer
from escrow.models import Intent
from escrow.rpc import Chain

# Gas for about fifty calls at a modest fee, wei: below it a person should send more.
LOW_BALANCE = 5 * 10**16


@dataclass(kw_only=True)
class Round:
    """One round: its chain, key, lead and time, and the sentences about what keeps it from sending, worst first."""

    chain: Chain
    signer: Signer
    lead: Leadership
    now: datetime
    troubles: list[str] = field(default_factory=list)

    @cached_property
    def balance(self) -> int:
        """The gas money there is, wei. Raises `Unavailable`."""
        return int(self.chain.call("eth_getBalance", self.signer.address, "latest"), 16)

    @property
    def final_depth(self) -> int:
        """How many blocks must stand on a transaction, its own included."""
        return deployment.confirmations(self.chain.chain_id)

    def can_pay(self, cost: int) -> bool:
        """Return whether the account can pay `cost` wei on top of the most that everything under way may cost.

        If not, that is noted: it is what a person must mend. Raises `Unavailable`.
        """
        under_way = Intent.objects.filter(
            chain_id=self.chain.chain_id, sender=self.signer.address, state=Intent.State.SENT
        )
        promised = under_way.aggregate(wei=Sum("cost") - Sum("paid"))["wei"] or 0
        if self.balance >= promised + cost:
            return True
        self.note_poverty()
        return False

    def note_poverty(self) -> None:
        """Remember that there is too little gas money to send what waits."""
        self.note(
            f"OUT OF GAS MONEY: send ETH on chain {self.chain.chain_id} to {self.signer.address}; "
            "what waits is sent by itself then."
        )

    def note(self, trouble: str) -> None:
        """Remember what keeps us from sending; it is told to whoever watches this node."""
        if trouble not in self.troubles:
            self.troubles.append(trouble)
