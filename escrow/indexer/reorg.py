"""Finding where our chain and the node's part ways, however deep that is."""

from escrow.errors import Unavailable
from escrow.indexer.headers import Header, read_headers
from escrow.models import Block, Cursor
from escrow.rpc import Node


def has_left(node: Node, cursor: Cursor, *, head: Header, here: Header | None) -> bool:
    """Return whether the node is on another branch than the cursor's block. Raises `Unavailable` if it merely lags.

    `here` is the node's block at the cursor's height, None when its chain is not that long.
    """
    if not cursor.block_hash:
        return False
    if here is not None:
        return here.hash != cursor.block_hash
    known = (
        Block.objects.filter(chain_id=cursor.chain_id, number__lte=head.number)
        .order_by("-number")
        .values_list("number", "hash")
        .first()
    )
    if known is None:
        return True
    number, block_hash = known
    theirs = read_headers(node, [number]).get(number)
    if theirs is not None and theirs.hash == block_hash:
        raise Unavailable(f"{node.label} lags behind: its newest block is {head.number}, ours {cursor.block_number}")
    return True


def find_ancestor(node: Node, *, chain_id: int, start: int, head: Header) -> tuple[int, str]:
    """Return height and hash of the newest block we share with the node; `(start - 1, "")` when there is none.

    Every block with an event of ours is kept for ever, so the answer can lie too deep but never too high.
    """
    below, span = head.number + 1, 8
    while True:
        known = list(
            Block.objects.filter(chain_id=chain_id, number__lt=below)
            .order_by("-number")
            .values_list("number", "hash")[:span]
        )
        if not known:
            return start - 1, ""
        theirs = read_headers(node, [number for number, _ in known])
        for number, block_hash in known:
            if number in theirs and theirs[number].hash == block_hash:
                return number, block_hash
        below, span = known[-1][0], min(span * 2, 100)
