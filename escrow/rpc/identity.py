"""Who a node is: the right chain id, the same genesis block and the same contracts as all nodes before it.

The genesis hash is that of the settings, or what the first node showed; code cannot change once it is deployed. A node
without the contract's code is taken only while no node has shown any: it is behind, or nothing is deployed yet.
"""

from collections.abc import Sequence

from eth_utils.crypto import keccak

from escrow.errors import Unavailable, WrongChain
from escrow.rpc.node import Node


class Identity:
    """What all nodes of one chain must agree on."""

    def __init__(self, *, chain_id: int, genesis: str, contracts: Sequence[str]) -> None:
        self._chain_id = chain_id
        self._genesis = genesis.lower()
        self._contracts = contracts
        self._codes: dict[str, str] = {}

    def check(self, node: Node) -> None:
        """Return if `node` may be asked. Raises `WrongChain`, or `Unavailable` if it cannot even say who it is."""
        told = _number(node.call("eth_chainId"), node=node)
        if told != self._chain_id:
            raise WrongChain(f"{node.label} serves chain {told}, not {self._chain_id}")
        genesis = _genesis(node)
        if self._genesis and genesis != self._genesis:
            raise WrongChain(f"{node.label} serves another chain with the same id: its first block is {genesis[:10]}…")
        codes = {contract: _code_hash(node, contract) for contract in self._contracts}
        for contract, code in codes.items():
            if self._codes.get(contract, code) != code:
                raise WrongChain(f"{node.label} has other code at {contract}")
        self._genesis = genesis
        self._codes |= {contract: code for contract, code in codes.items() if code}


def _number(value: object, *, node: Node) -> int:
    try:
        return int(str(value), 16)
    except ValueError as error:
        raise Unavailable(f"{node.label} does not say which chain it serves") from error


def _genesis(node: Node) -> str:
    block = node.call("eth_getBlockByNumber", "0x0", False)
    if not isinstance(block, dict) or not isinstance(block.get("hash"), str):
        raise Unavailable(f"{node.label} does not show its first block")
    return str(block["hash"]).lower()


def _code_hash(node: Node, contract: str) -> str:
    code = node.call("eth_getCode", contract, "latest")
    if not isinstance(code, str):
        raise Unavailable(f"{node.label} does not show the contract")
    return "0x" + keccak(hexstr=code).hex() if len(code) > 2 else ""
