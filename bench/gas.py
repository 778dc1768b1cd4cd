"""Gas of every act, as whole transactions from receipts of a real Anvil, in the steady state.

Steady: the escrow holds other trades, everybody holds coins already, the fee recipient has a credit, allowances stand.
limit: a floor no escrow of this shape can pass: 21,000, the calldata, the slots it must write, the coins it must move,
the signature it must check; nothing for hashing, for the event or for a single check.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench._chain import roomy_anvil
from bench._figure import report, take_turns

if TYPE_CHECKING:
    from tests.chain.world import World

TRANSACTION = 21_000


@dataclass(frozen=True, slots=True)
class Spent:
    """What a transaction cost, and what it cannot have cost less than."""

    used: int
    calldata: int


def spent(world: "World", tx_hash: str) -> Spent:
    """Return gas used and the share of the calldata, 4 for a zero byte and 16 for any other."""
    data = bytes.fromhex(world.rpc("eth_getTransactionByHash", tx_hash)["input"][2:])
    return Spent(used=int(world.receipt(tx_hash)["gasUsed"], 16), calldata=sum(16 if byte else 4 for byte in data))


def measure(world: "World", name: str, run: Callable[[], str], *, work: int, budget: int) -> None:
    """Print one act. `work` is the floor without transaction and calldata."""
    floors: list[float] = []

    def ours() -> float:
        cost = spent(world, run())
        floors.append(TRANSACTION + cost.calldata + work)
        return cost.used

    figures = take_turns({"ours": ours, "limit": lambda: floors[-1]})
    limit = sorted(figures["limit"])[len(figures["limit"]) // 2]
    report(
        "gas",
        case=name,
        unit="gas",
        ours=figures["ours"],
        limit=figures["limit"],
        goal=round(budget / limit, 4),
        better="lower",
        detail=f"budget {budget}; the limit is a floor model: transaction, calldata, slots, transfers, signature",
    )


def main() -> None:
    """Measure every act."""
    with roomy_anvil() as engine:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="exchange.settings",
            CHAIN_RPC_URLS=engine.engine.url,
            CHAIN_ID="31337",
            CONFIRMATIONS="1",
            SECRET_KEY="benches-only-" + "0123456789abcdef" * 4,
            DEMO="1",
            DEPLOY="0",
        )
        import django

        django.setup()
        from bench._gas_acts import acts
        from tests.chain.world import World

        world = World(url=engine.engine.url)
        world.deploy()
        for act in acts(world):
            measure(world, act.name, act.run, work=act.work, budget=act.budget)


if __name__ == "__main__":
    main()
