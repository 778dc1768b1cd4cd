"""The only door to a node, and the only package that knows how one is asked; web3.py is imported in here alone.

`nodes.py` holds all nodes of a chain and decides who may be asked, `identity.py` what a node must show before that,
`node.py` one node and its answers, `web.py` web3.py on top of one. Nothing in here knows the tables.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from escrow import deployment
from escrow.rpc.node import READ_SECONDS, Node, Request
from escrow.rpc.nodes import Chain, Lagging, NodeReport, Slow
from escrow.rpc.web import wait_for_receipt

if TYPE_CHECKING:
    from web3 import Web3
    from web3.types import BlockIdentifier, TxParams

# web3's types leave by this door too.
__all__ = [
    "PATIENCE_SECONDS",
    "READ_SECONDS",
    "BlockIdentifier",
    "Chain",
    "Lagging",
    "Node",
    "NodeReport",
    "Request",
    "Slow",
    "TxParams",
    "Web3",
    "chain",
    "wait_for_receipt",
]

# For questions asked while a person waits for a page.
PATIENCE_SECONDS = 4


def chain(*, chain_id: int | None = None, read_seconds: int | None = None) -> Chain:
    """Return a chain of ours, by default that of new trades; one pool of connections a process, never shared by a fork.

    Raises `LookupError` for a chain that is not configured.
    """
    place = deployment.place(chain_id)
    seconds = min(read_seconds or settings.CHAIN_READ_SECONDS, settings.CHAIN_READ_SECONDS)
    contracts = deployment.contracts(place.chain_id)
    return _chain(place.rpc_urls, place.chain_id, seconds, contracts, os.getpid())


@cache
def _chain(urls: tuple[str, ...], chain_id: int, read_seconds: int, contracts: tuple[str, ...], _pid: int) -> Chain:
    genesis = settings.CHAIN_GENESIS_HASH if chain_id == settings.CHAIN_ID else ""
    return Chain(urls, chain_id=chain_id, read_seconds=read_seconds, contracts=contracts, genesis=genesis)
