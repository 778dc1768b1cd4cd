"""Where the contracts are: known before they are deployed, since CREATE2 derives an address from the bytes alone.

Source: EIP-1014, through the deterministic deployment proxy that stands at one address on nearly every chain.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from escrow import abi
from escrow.addresses import parse_address
from escrow.terms import Domain

_FOLDER = Path(__file__).resolve().parent.parent / "contracts" / "deployments"
_DEMO_TOKEN_SALT = "0x" + b"Parley Demo Dollar 1".hex().ljust(64, "0")


@cache
def record() -> dict[str, Any]:
    """Return the committed `create2.json`: factory, salt, hash of the init code and the escrow's address."""
    loaded: dict[str, Any] = json.loads((_FOLDER / "create2.json").read_text(encoding="utf-8"))
    return loaded


def factory() -> str:
    """Return the address of the deployment proxy: call data is the salt followed by the init code."""
    return str(record()["factory"])


def salt(contract: str) -> str:
    """Return the salt under which `Escrow` or `DemoToken` is deployed."""
    return str(record()["salt"]) if contract == "Escrow" else _DEMO_TOKEN_SALT


@cache
def predict(contract: str) -> str:
    """Return the CREATE2 address of `Escrow` or `DemoToken`, the same on every chain."""
    code_hash = keccak(hexstr=abi.artifact(contract)["bytecode"])
    parts = bytes.fromhex("ff" + factory()[2:] + salt(contract)[2:]) + code_hash
    return str(to_checksum_address(keccak(parts)[-20:]))


def contract_address() -> str:
    """Return the escrow that takes new trades: `settings.ESCROW_ADDRESS`, else the derived one."""
    if not settings.ESCROW_ADDRESS:
        return predict("Escrow")
    return parse_address(settings.ESCROW_ADDRESS)


def contracts() -> tuple[str, ...]:
    """Return every escrow whose events are followed on this chain, the one for new trades first."""
    return (contract_address(),)


def demo_token_address() -> str:
    """Return where the play-money token stands on the local chain."""
    return predict("DemoToken")


def domain() -> Domain:
    """Return the EIP-712 domain of new trades."""
    return Domain(chain_id=settings.CHAIN_ID, contract=contract_address())


@cache
def start_block() -> int:
    """Return the first block worth scanning: `block` of `deployments/<chain id>.json`, 0 where nothing is recorded."""
    file = _FOLDER / f"{settings.CHAIN_ID}.json"
    if not file.exists():
        return 0
    return int(json.loads(file.read_text(encoding="utf-8"))["block"])
