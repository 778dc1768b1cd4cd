"""Which chain the database was built on: noted after the contract was deployed, compared at every start.

A database kept beside another chain would show trades whose coins do not exist, so a mismatch stops the start.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from exchange.stack.errors import StackError
from exchange.stack.home import CHECKOUT
from exchange.stack.rpc import NodeError, block_hash, call_node

_DEPLOYMENT = CHECKOUT / "contracts" / "deployments" / "create2.json"
_REMEDY = "run `make reset` to start over with a fresh chain, database and demo data."


@dataclass(frozen=True, kw_only=True)
class ChainRecord:
    """A chain and where the escrow contract stands on it."""

    genesis: str
    escrow: str
    block_number: int
    block_hash: str


def escrow_address() -> str | None:
    """Return the address every deployment of this release gets (CREATE2, EIP-1014), None before the first build."""
    if not _DEPLOYMENT.is_file():
        return None
    return str(json.loads(_DEPLOYMENT.read_text(encoding="utf-8"))["address"])


def record_chain(path: Path, *, url: str, escrow: str) -> ChainRecord:
    """Note the chain at `url` with its newest block, once the contract is deployed; a note that exists stays."""
    known = read_record(path)
    if known is not None and known.escrow == escrow:
        return known
    number = int(call_node(url, "eth_blockNumber"), 16)
    genesis, newest = block_hash(url, 0), block_hash(url, number)
    if genesis is None or newest is None:
        raise NodeError("the node has no genesis block")
    record = ChainRecord(genesis=genesis, escrow=escrow, block_number=number, block_hash=newest)
    path.write_text(json.dumps(asdict(record), indent=2) + "\n", encoding="utf-8")
    return record


def read_record(path: Path) -> ChainRecord | None:
    """Return the note, None if there is none."""
    if not path.exists():
        return None
    return ChainRecord(**json.loads(path.read_text(encoding="utf-8")))


def check_chain(path: Path, *, url: str) -> None:
    """Raise `StackError` unless the chain at `url` is the one noted in `path` and still holds the contract."""
    record = read_record(path)
    if record is None:
        return
    if block_hash(url, 0) != record.genesis:
        raise StackError(f"The local chain is not the one this database was built on; {_REMEDY}")
    if block_hash(url, record.block_number) != record.block_hash:
        raise StackError(f"The local chain was set back to before the escrow contract was deployed; {_REMEDY}")
    if call_node(url, "eth_getCode", record.escrow, "latest") == "0x":
        raise StackError(f"The local chain holds no escrow contract at {record.escrow}; {_REMEDY}")
