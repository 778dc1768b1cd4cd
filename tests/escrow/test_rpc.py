"""Nodes fail in every way; callers see data or a typed error, and the next node is asked."""

from collections.abc import Generator

import pytest

from escrow import calls, errors
from escrow.decode import Log
from escrow.errors import RangeTooLarge, Reverted, RpcError, Unavailable, Untrusted, WrongChain
from escrow.rpc import Chain, Node
from tests.chain.world import ADDRESS, World
from tests.escrow import broken_node
from tests.escrow.broken_node import BrokenNode, Spoil, standing_before

FAULTS: list[Spoil] = [
    broken_node.too_many,
    broken_node.gateway,
    broken_node.truncated,
    broken_node.hung_up,
    broken_node.slow,
    lambda _: (200, b"[]"),
    lambda _: (200, b"null"),
    lambda _: (200, b'{"jsonrpc":"2.0","id":1}'),
    lambda _: (200, b"\xff\xfe"),
]


@pytest.fixture
def broken(world: World) -> Generator[BrokenNode]:
    with standing_before(world.url) as node:
        yield node


@pytest.mark.parametrize("fault", [*FAULTS, broken_node.other_chain])
def test_a_failing_node_is_typed_and_the_next_one_answers(world: World, broken: BrokenNode, fault: Spoil) -> None:
    broken.spoil = fault
    with pytest.raises(Unavailable):
        Chain([broken.url], chain_id=31337, read_seconds=1).call("eth_chainId")
    both = Chain([broken.url, world.url], chain_id=31337, read_seconds=1)
    assert int(both.call("eth_blockNumber"), 16) == world.height()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_node_that_breaks_in_the_middle_is_left_for_the_next(world: World, broken: BrokenNode, fault: Spoil) -> None:
    both = Chain([broken.url, world.url], chain_id=31337, read_seconds=1)
    assert both.call("eth_chainId") == "0x7a69"
    broken.spoil = fault
    headers = both.batch([("eth_chainId", ()), ("eth_getBlockByNumber", ("0x0", False))])
    assert headers[0] == "0x7a69"
    assert headers[1]["number"] == "0x0"


def test_a_node_set_aside_is_not_asked_first_again(world: World, broken: BrokenNode) -> None:
    both = Chain([broken.url, world.url], chain_id=31337)
    broken.spoil = broken_node.gateway
    both.call("eth_blockNumber")
    asked = len(broken.requests)
    both.call("eth_blockNumber")
    assert len(broken.requests) == asked


def test_a_node_of_another_chain_is_named(broken: BrokenNode) -> None:
    broken.spoil = broken_node.other_chain
    with pytest.raises(WrongChain, match="serves chain 1, not 31337"):
        Chain([broken.url], chain_id=31337).call("eth_blockNumber")


def test_after_a_failure_a_node_must_show_its_chain_again(world: World, broken: BrokenNode) -> None:
    chain = Chain([broken.url], chain_id=31337)
    chain.call("eth_blockNumber")
    broken.spoil = broken_node.gateway
    with pytest.raises(Unavailable):
        chain.call("eth_blockNumber")
    broken.spoil = broken_node.other_chain
    with pytest.raises(WrongChain):
        chain.call("eth_blockNumber")


def test_a_connection_the_node_closed_in_between_is_opened_anew(world: World, broken: BrokenNode) -> None:
    chain = Chain([broken.url], chain_id=31337)
    chain.call("eth_blockNumber")
    answers = iter([None, *[(200, b'{"jsonrpc":"2.0","id":1,"result":"0x1"}')] * 3])
    broken.spoil = lambda _: next(answers)
    assert chain.call("eth_blockNumber") == "0x1"


def test_large_batches_are_cut_and_keep_their_order(world: World, broken: BrokenNode) -> None:
    chain = Chain([broken.url], chain_id=31337)
    world.mine(250)
    numbers = list(range(250))
    blocks = chain.batch([("eth_getBlockByNumber", (hex(number), False)) for number in numbers])
    assert [int(block["number"], 16) for block in blocks] == numbers
    assert [len(request) for request in broken.requests if isinstance(request, list)] == [100, 100, 50]


def test_a_batch_that_lost_a_part_is_no_answer(world: World, broken: BrokenNode) -> None:
    chain = Chain([broken.url], chain_id=31337)
    chain.call("eth_chainId")
    broken.spoil = lambda _: (200, b'[{"jsonrpc":"2.0","id":0,"result":"0x1"}]')
    with pytest.raises(Unavailable):
        chain.batch([("eth_chainId", ()), ("eth_chainId", ())])


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b'{"jsonrpc":"2.0","id":1,"result":"0x1"}', Untrusted),
        (b'{"jsonrpc":"2.0","id":1,"result":[{"address":7}]}', Untrusted),
        (b'{"jsonrpc":"2.0","id":1,"result":null}', Untrusted),
        (b'{"jsonrpc":"2.0","id":1,"result":[', Unavailable),
        (b'{"jsonrpc":"2.0","id":1}', Unavailable),
        (b'{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"block range"}}', RangeTooLarge),
    ],
)
def test_an_answer_of_another_shape_is_not_believed(broken: BrokenNode, answer: bytes, kind: type[RpcError]) -> None:
    broken.spoil = lambda _: (200, answer)
    with pytest.raises(RpcError) as caught:
        Node(broken.url).call_for(list[Log], "eth_getLogs", {})
    assert type(caught.value) is kind


def test_a_transaction_goes_to_every_node_and_one_success_is_enough(world: World, broken: BrokenNode) -> None:
    terms = world.terms()
    raw = world.sign_raw(calls.fund(terms, world.domain), by="sara")
    broken.spoil = broken_node.gateway
    both = Chain([broken.url, world.url], chain_id=31337)
    assert both.broadcast(raw) == []
    [refusal] = both.broadcast(raw)
    assert isinstance(refusal, errors.AlreadyKnown | errors.NonceTooLow)
    with pytest.raises(Unavailable):
        Chain([broken.url], chain_id=31337).broadcast(raw)


def test_a_revert_is_told_by_the_contracts_own_error(world: World) -> None:
    call = calls.act("release", world.terms(), world.domain)
    request = {"from": ADDRESS["mallory"], "to": call.to, "data": call.data}
    with pytest.raises(Reverted) as caught:
        world.rpc("eth_call", request, "latest")
    assert caught.value.failure.name == "NotSeller"


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("nonce too low: next nonce 5, tx nonce 1", errors.NonceTooLow),
        ("already known", errors.AlreadyKnown),
        ("replacement transaction underpriced", errors.Underpriced),
        ("max fee per gas less than block base fee", errors.Underpriced),
        ("insufficient funds for gas * price + value", errors.PoorSender),
        ("query returned more than 10000 results", errors.RangeTooLarge),
        ("exceed maximum block range: 5000", errors.RangeTooLarge),
        ("header not found", errors.Unavailable),
        ("rate limit exceeded", errors.Unavailable),
        ("Too Many Requests", errors.Unavailable),
        ("the method debug_x does not exist", RpcError),
    ],
)
def test_the_words_of_nodes_become_classes(message: str, kind: type[RpcError]) -> None:
    assert type(errors.read_error({"code": -32000, "message": message})) is kind


@pytest.mark.parametrize(
    "error",
    [
        {"code": 3, "message": "execution reverted", "data": "0x1c49f4c3"},
        {"code": -32000, "message": "execution reverted", "data": {"data": "0x1c49f4c3"}},
        {"code": -32015, "message": "VM execution error: revert", "data": "Reverted 0x1c49f4c3"},
        {"code": 3, "message": "execution reverted"},
    ],
)
def test_reverts_are_recognised_however_nodes_wrap_them(error: dict[str, object]) -> None:
    assert isinstance(errors.read_error(error), Reverted)


def test_secrets_in_an_address_never_reach_a_message() -> None:
    node = Node("http://user:s3cret@127.0.0.1:9/v3/k3y")
    with pytest.raises(Unavailable) as caught:
        node.call("eth_chainId")
    assert node.label == "127.0.0.1:9"
    assert "s3cret" not in str(caught.value)
    assert "k3y" not in str(caught.value)
