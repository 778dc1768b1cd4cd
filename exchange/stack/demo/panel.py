"""The demo's panel: a Safe on the local chain, of whose two owners both must sign a ruling on a large trade.

Safe's own contracts from its npm package, through the same CREATE2 factory as the escrow, so that the address is always
the same. https://github.com/safe-global/safe-smart-account
"""

import json
from collections.abc import Sequence
from pathlib import Path

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from escrow import deployment
from escrow.abi import encode_words
from escrow.calls import Call
from escrow.terms import ZERO
from exchange.accounts.models import Account
from exchange.core import clock
from exchange.disputes.models import PanelSeat
from exchange.stack.anvil import CHAIN_ID
from exchange.stack.demo.chain import DemoChain
from exchange.stack.demo.people import CAST, PANEL, wallet
from exchange.stack.environment import DEMO_PANEL
from exchange.stack.rpc import call_node

_CHECKOUT = Path(__file__).resolve().parents[3]
_ARTIFACTS = _CHECKOUT / "node_modules" / "@safe-global" / "safe-smart-account" / "build" / "artifacts" / "contracts"
_SALT = keccak(text="Parley demo panel")
_GAS = 8_000_000
_SETUP = ("address[]", "uint256", "address", "bytes", "address", "address", "uint256", "address")


def deploy_panel(node: DemoChain, *, owners: Sequence[str], needed: int, salt: bytes = _SALT) -> str:
    """Put a Safe of `owners` on the local chain unless it stands there, and return its address.

    Raises `NodeError` or `RuntimeError`; the node's first account pays and gets no power by it.
    """
    singleton = _create(node, _code("Safe"), salt=salt)
    handler = _create(node, _code("handler/CompatibilityFallbackHandler"), salt=salt)
    safe = _create(node, _code("proxies/SafeProxy") + encode(["address"], [singleton]), salt=salt)
    if int(call_node(node.url, "eth_call", {"to": safe, "data": encode_words("getThreshold", ())}, "latest"), 16) == 0:
        parts = (list(owners), needed, ZERO, b"", handler, ZERO, 0, ZERO)
        _send(node, to=safe, data=encode_words("setup", _SETUP, *parts))
    return safe


def seat_panel(node: DemoChain) -> None:
    """Put the demo's Safe on the chain and give its owners their seats. Raises as `deploy_panel`."""
    owners = [wallet(index).address for index, name in CAST.items() if name in PANEL]
    address = deploy_panel(node, owners=owners, needed=len(owners))
    if address != DEMO_PANEL:
        raise RuntimeError(f"the demo's panel stands at {address}, not at {DEMO_PANEL}")
    for member in Account.objects.filter(address__in=owners):
        PanelSeat.objects.get_or_create(panel=address, member=member, defaults={"since": clock.now()})


def _code(contract: str) -> bytes:
    path = _ARTIFACTS / f"{contract}.sol" / f"{contract.rsplit('/', maxsplit=1)[-1]}.json"
    return bytes.fromhex(json.loads(path.read_text(encoding="utf-8"))["bytecode"][2:])


def _create(node: DemoChain, code: bytes, *, salt: bytes) -> str:
    """Deploy `code` by CREATE2 and return its address (EIP-1014)."""
    factory = deployment.factory()
    address = str(to_checksum_address(keccak(b"\xff" + bytes.fromhex(factory[2:]) + salt + keccak(code))[-20:]))
    if call_node(node.url, "eth_getCode", address, "latest") == "0x":
        _send(node, to=factory, data="0x" + (salt + code).hex())
    return address


def _send(node: DemoChain, *, to: str, data: str) -> None:
    payer = str(call_node(node.url, "eth_accounts")[0])
    node.send(Call(to=to, data=data, value=0, chain_id=CHAIN_ID), by=payer, gas=_GAS)
