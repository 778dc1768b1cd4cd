"""Real reorganisations of every depth, the transaction moved, dropped or replaced, at the head and in a backfill."""

import pytest

from escrow import calls
from escrow.models import ChainEvent, Cursor
from tests.chain.seeds import seeds
from tests.chain.trading import Trading
from tests.chain.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]
DEPTHS = [1, 2, 5, 12, 64]


@pytest.mark.parametrize("fate", ["dropped", "moved", "replaced"])
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("seed", seeds(1))
def test_the_tables_follow_a_reorganisation_at_the_head(shared: World, depth: int, fate: str, seed: int) -> None:
    trading = Trading(shared, seed)
    follower = trading.follower(trading.honest_chain())
    for _ in range(3):
        trading.act()
    terms = trading.terms()
    raw = shared.sign_raw(calls.fund(terms, shared.domain), by="sara")
    other = shared.sign_raw(calls.fund(trading.terms(), shared.domain), by="sara")
    placed = {"dropped": [], "moved": [(raw, trading.chance.randrange(depth))], "replaced": [(other, depth - 1)]}[fate]
    shared.send_raw(raw)
    if depth > 1:
        shared.mine(depth - 1)
    trading.catch_up(follower)
    before = shared.rpc("eth_getBlockByNumber", "latest", False)["hash"]
    shared.reorganise(depth, placed)
    # Made anew within the same second, with the same transaction, it is the same block: nothing has moved.
    has_moved = shared.rpc("eth_getBlockByNumber", "latest", False)["hash"] != before
    trading.catch_up(follower)
    states = sorted(ChainEvent.objects.filter(trade_id=shared.trade_id(terms)).values_list("state", flat=True))
    was_final = has_moved and depth >= trading.confirmations
    if fate == "moved":
        assert len(states) == 1 + has_moved
        assert ("orphaned" in states) == has_moved
    else:
        assert states[-1] == "orphaned"
    assert bool(Cursor.objects.get().alarm_at) == was_final, "final events were undone, and somebody must look"
    trading.forget()
    for _ in range(3):
        trading.act()
    trading.catch_up(follower)
    trading.expect_equal_to_a_fresh_look()


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("seed", seeds(1))
def test_the_tables_follow_a_reorganisation_during_a_backfill(shared: World, depth: int, seed: int) -> None:
    trading = Trading(shared, seed)
    for _ in range(10):
        trading.act()
    shared.mine(max(0, depth - 6))
    follower = trading.follower(trading.honest_chain())
    follower._size.TARGET = 1  # type: ignore[misc]  # ranges as small as can be, so that there are many
    follower._size.blocks = 2
    for _ in range(trading.chance.randint(1, 6)):
        follower.step()
    shared.reorganise(min(depth, shared.height() - trading.start))
    trading.forget()
    follower.step()
    trading.act()
    trading.catch_up(follower)
    trading.expect_equal_to_a_fresh_look()
