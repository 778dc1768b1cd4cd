"""Asking the keeper for something and letting it work."""

from escrow import relay
from escrow.events import STATUSES
from escrow.keeper.loop import Keeper
from escrow.relay import IntentView
from escrow.terms import Terms
from tests.chain.world import ADDRESS, World


def ask(world: World, action: str, terms: Terms, *, by: str, key: str = "") -> IntentView:
    return relay.request(
        world.signed_act(action, terms, by=by),
        purpose=action,
        trade_id=world.trade_id(terms),
        account=ADDRESS[by],
        key=key or f"{action}:{world.trade_id(terms)}",
    )


def run(world: World, keeper: Keeper, *, rounds: int = 4) -> None:
    """Let keeper and indexer take turns."""
    for _ in range(rounds):
        keeper.step()
        world.settle()
        world.catch_up()


def status(world: World, terms: Terms) -> str:
    return STATUSES[world.status(terms)]


def sent_by_kim(world: World) -> int:
    return int(world.rpc("eth_getTransactionCount", ADDRESS["kim"], "latest"), 16)
