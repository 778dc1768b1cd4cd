import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.stack.anvil import Anvil
from exchange.stack.chain_record import check_chain, record_chain
from exchange.stack.engine import RunningEngine
from exchange.stack.errors import StackError
from exchange.stack.ports import choose_port
from exchange.stack.rpc import block_hash, call_node

SARA, BEN = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[RunningEngine]:
    chain = RunningEngine(Anvil(folder=tmp_path / "anvil", log=tmp_path / "log", port=choose_port()))
    yield chain
    chain.stop()


def _pay(url: str) -> None:
    call_node(url, "eth_sendTransaction", {"from": SARA, "to": BEN, "value": "0x1"})


def _height(url: str) -> int:
    return int(call_node(url, "eth_blockNumber"), 16)


def _newest_time(url: str) -> int:
    return int(call_node(url, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)


def _wait_for_height(url: str, height: int) -> None:
    deadline = time.monotonic() + 10
    while _height(url) < height and time.monotonic() < deadline:
        time.sleep(0.02)
    assert _height(url) == height


def test_a_restarted_chain_keeps_every_block_the_first_included(chain: RunningEngine) -> None:
    url = chain.engine.url
    _pay(url)
    _wait_for_height(url, 1)
    before = [block_hash(url, number) for number in (0, 1)]
    chain.stop()
    chain.start()
    assert [block_hash(url, number) for number in (0, 1)] == before


def test_a_restarted_chain_goes_on_by_the_clock_on_the_wall(chain: RunningEngine) -> None:
    url = chain.engine.url
    _pay(url)
    _wait_for_height(url, 1)
    chain.stop()
    time.sleep(1.1)
    chain.start()
    _pay(url)
    _wait_for_height(url, 2)
    assert abs(_newest_time(url) - time.time()) <= 2


def test_a_chain_that_skipped_ahead_does_not_go_back(chain: RunningEngine) -> None:
    url = chain.engine.url
    call_node(url, "evm_increaseTime", 1800)
    call_node(url, "evm_mine")
    ahead = _newest_time(url)
    chain.stop()
    chain.start()
    call_node(url, "evm_mine")
    assert ahead <= _newest_time(url) <= ahead + 60


def test_a_state_file_cut_off_by_a_crash_is_replaced_by_the_last_good_one(chain: RunningEngine) -> None:
    url = chain.engine.url
    call_node(url, "evm_mine")
    chain.stop()
    assert isinstance(chain.engine, Anvil)
    chain.engine.keep_good_state()
    state = chain.engine.folder / "state.json"
    state.write_bytes(state.read_bytes()[:200])
    chain.start()
    assert _height(url) == 1


def test_a_damaged_chain_without_a_copy_is_told_with_the_remedy(chain: RunningEngine) -> None:
    chain.stop()
    assert isinstance(chain.engine, Anvil)
    (chain.engine.folder / "state.json").write_text("{")
    (chain.engine.folder / "state.good.json").unlink(missing_ok=True)
    with pytest.raises(StackError, match="damaged; run `make reset`"):
        chain.start()


def test_the_chain_the_database_was_built_on_is_recognised(chain: RunningEngine, tmp_path: Path) -> None:
    url, record = chain.engine.url, tmp_path / "chain.json"
    check_chain(record, url=url)  # the first start knows none yet
    call_node(url, "anvil_setCode", BEN, "0x00")
    record_chain(record, url=url, escrow=BEN)
    check_chain(record, url=url)


def test_a_fresh_chain_under_a_kept_database_is_refused(chain: RunningEngine, tmp_path: Path) -> None:
    record = tmp_path / "chain.json"
    record_chain(record, url=chain.engine.url, escrow=BEN)
    other = RunningEngine(Anvil(folder=tmp_path / "other", log=tmp_path / "log", port=choose_port(), durable=False))
    with pytest.raises(StackError, match=r"not the one this database was built on; run `make reset`"):
        check_chain(record, url=other.engine.url)
    other.stop()


def test_a_chain_that_lost_the_contract_is_refused(chain: RunningEngine, tmp_path: Path) -> None:
    url, record = chain.engine.url, tmp_path / "chain.json"
    record_chain(record, url=url, escrow=BEN)
    with pytest.raises(StackError, match=f"holds no escrow contract at {BEN}; run `make reset`"):
        check_chain(record, url=url)


def test_a_chain_set_back_to_before_the_deployment_is_refused(chain: RunningEngine, tmp_path: Path) -> None:
    url, record = chain.engine.url, tmp_path / "chain.json"
    snapshot = call_node(url, "evm_snapshot")
    call_node(url, "evm_mine")
    record_chain(record, url=url, escrow=BEN)
    call_node(url, "evm_revert", snapshot)
    with pytest.raises(StackError, match="set back to before the escrow contract was deployed; run `make reset`"):
        check_chain(record, url=url)
