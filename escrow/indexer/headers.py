"""Reading blocks without their transactions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from escrow.errors import Unavailable
from escrow.rpc import Node


@dataclass(frozen=True, slots=True)
class Header:
    """What we keep of a block, and its Bloom filter."""

    number: int
    hash: str
    parent_hash: str
    timestamp: int
    bloom: int


def read_header(block: Any, *, node: Node) -> Header | None:
    """Return a JSON-RPC block object as `Header`, None for a block the node does not have."""
    if block is None:
        return None
    try:
        return Header(
            number=int(block["number"], 16),
            hash=block["hash"].lower(),
            parent_hash=block["parentHash"].lower(),
            timestamp=int(block["timestamp"], 16),
            bloom=int(block["logsBloom"], 16),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unavailable(f"{node.label} sent a block that cannot be read") from error


def read_head(node: Node, *, known: int, until: int | None = None) -> tuple[Header, Header | None]:
    """Return the newest block (or block `until`) and the one at height `known` (None if negative or not there)."""
    newest = "latest" if until is None else hex(until)
    requests: list[tuple[str, tuple[Any, ...]]] = [("eth_getBlockByNumber", (newest, False))]
    if known >= 0:
        requests.append(("eth_getBlockByNumber", (hex(known), False)))
    blocks = [read_header(block, node=node) for block in node.batch(requests)]
    if blocks[0] is None:
        raise Unavailable(f"{node.label} has no newest block")
    return blocks[0], blocks[1] if known >= 0 else None


def read_headers(node: Node, numbers: Iterable[int]) -> dict[int, Header]:
    """Return the blocks at `numbers` that the node has."""
    wanted = list(numbers)
    blocks = node.batch([("eth_getBlockByNumber", (hex(number), False)) for number in wanted])
    headers = {number: read_header(block, node=node) for number, block in zip(wanted, blocks, strict=True)}
    return {number: header for number, header in headers.items() if header is not None}
