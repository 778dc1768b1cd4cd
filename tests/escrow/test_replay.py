"""The log alone is enough: folded, any history on a real chain gives what the contract has in storage (invariant 8)."""

import random
from collections import defaultdict

import pytest
from eth_abi.abi import decode

from escrow import abi, calls, deployment
from escrow.calls import Call
from escrow.decode import RawEvent, event_topics, read_event
from escrow.events import STATUSES, Funded
from escrow.mirror import credit_change, fold
from escrow.terms import ZERO, Terms
from tests.chain.world import ADDRESS, ETHER, World
from tests.escrow.payloads import read_log

STEPS = 120
REFUSES_COINS = "0x60006000fd"


def send_or_not(world: World, call: Call, *, by: str) -> None:
    """Send a call that the contract may well refuse."""
    request = {"from": ADDRESS[by], "to": call.to, "data": call.data, "value": hex(call.value), "gas": hex(800_000)}
    world.receipt(str(world.rpc("eth_sendTransaction", request)))


def random_terms(world: World, dice: random.Random) -> Terms:
    token = dice.choice([ZERO, deployment.demo_token_address()])
    return world.terms(
        token=token,
        amount=dice.randint(1, 10**6 if token != ZERO else ETHER),
        fee_bps=dice.randint(0, 100),
        pay_by=chain_time(world) + dice.randint(60, 7200),
        confirm_window=dice.randint(60, 7200),
        arbitration_window=86_400,
        fallback_buyer_bps=dice.randint(0, 10_000),
        salt=dice.getrandbits(256),
    )


def chain_time(world: World) -> int:
    return int(world.rpc("eth_getBlockByNumber", "latest", False)["timestamp"], 16)


def one_step(world: World, dice: random.Random, trades: list[Terms]) -> None:
    """Do anything: often something that the table forbids, by somebody who may not."""
    if not trades or dice.random() < 0.2:
        trades.append(random_terms(world, dice))
        approval = calls.approve(trades[-1], world.domain)
        if approval:
            world.send(approval, by="sara")
        send_or_not(world, calls.fund(trades[-1], world.domain), by="sara")
        return
    terms = dice.choice(trades[-6:])
    domain, bps = world.domain, dice.randint(0, 10_000)
    by, call = dice.choice(
        [
            ("ben", calls.act("mark_paid", terms, domain)),
            ("ben", calls.act("mark_paid", terms, domain)),
            ("sara", calls.act("release", terms, domain)),
            ("ben", calls.act("cancel", terms, domain)),
            (dice.choice(["sara", "ben", "mallory"]), calls.act("dispute", terms, domain)),
            ("carol", calls.resolve(terms, domain, buyer_bps=bps, reason_code=1)),
            ("mallory", calls.refund_expired(terms, domain)),
            ("mallory", calls.escalate(terms, domain)),
            ("mallory", calls.resolve_expired(terms, domain)),
            ("mallory", world.settlement(terms, buyer_bps=bps)),
            ("mallory", world.signed_act("mark_paid", terms, by="ben")),
            (dice.choice(["fred", "ben"]), calls.withdraw(domain, token=terms.token, to=ADDRESS["mallory"])),
        ]
    )
    if by != "ben" and dice.random() < 0.3:
        world.rpc("anvil_setCode", ADDRESS["ben"], REFUSES_COINS)
    send_or_not(world, call, by=by)
    world.rpc("anvil_setCode", ADDRESS["ben"], "0x")
    if dice.random() < 0.15:
        world.jump(dice.choice([600, 7200, 90_000]))


def ask(world: World, function: str, *args: object) -> bytes:
    data = abi.encode_call(function, *args)
    answer = world.rpc("eth_call", {"to": world.domain.contract, "data": data}, "latest")
    return bytes.fromhex(answer[2:])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_folded_log_of_a_random_history_equals_the_contracts_storage(world: World, seed: int) -> None:
    dice = random.Random(seed)
    trades: list[Terms] = []
    for _ in range(STEPS):
        one_step(world, dice, trades)
    asked = {"address": world.domain.contract, "fromBlock": "0x0", "topics": [event_topics()]}
    by_trade: dict[str, list[RawEvent]] = defaultdict(list)
    owed: dict[tuple[str, str], int] = defaultdict(int)
    for event in (read_log(log) for log in world.rpc("eth_getLogs", asked)):
        if event.trade_id:
            by_trade[event.trade_id].append(event)
        first = by_trade[event.trade_id][0].payload if event.trade_id else None
        change = credit_change(event.name, event.payload, funded=first)
        if change:
            owed[change.account, change.token] += change.amount

    reached = set()
    for terms in trades:
        trade_id = world.trade_id(terms)
        state = fold(by_trade.get(trade_id, []))
        status, deadline = decode(["uint8", "uint40"], ask(world, "tradeOf", bytes.fromhex(trade_id[2:])))
        assert (STATUSES[status], deadline) == ((state.status, state.deadline) if state else ("none", 0))
        told = read_event("Funded", state.funded) if state else None
        assert told is None or (isinstance(told, Funded) and told.terms == terms)
        reached.add(STATUSES[status])
    for name in ADDRESS:
        for token in (ZERO, deployment.demo_token_address()):
            (stored,) = decode(["uint256"], ask(world, "creditOf", ADDRESS[name], token))
            assert stored == owed[ADDRESS[name], token]
    assert {"released", "refunded", "resolved"} <= reached, "a history that reaches little proves little"
