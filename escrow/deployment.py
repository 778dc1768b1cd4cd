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
from escrow.registry import Deployment, Place, Registry, main_place, read
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


def registry() -> Registry:
    """Return all chains and contracts: those of `ESCROWS`, else the one of the plain settings."""
    main = main_place()
    if settings.ESCROWS:
        return read(settings.ESCROWS, main)
    address = parse_address(settings.ESCROW_ADDRESS) if settings.ESCROW_ADDRESS else predict("Escrow")
    only = Deployment(
        chain_id=main.chain_id,
        address=address,
        version=1,
        from_block=_recorded_block(main.chain_id),
        takes_new_trades=True,
    )
    return Registry(places={main.chain_id: main}, deployments=(only,))


def places() -> tuple[Place, ...]:
    """Return every chain that holds a contract of ours, the one for new trades first."""
    known = registry()
    used = {one.chain_id for one in known.deployments}
    return tuple(place for chain_id, place in known.places.items() if chain_id in used)


def place(chain_id: int | None = None) -> Place:
    """Return one chain, by default that of new trades. Raises `LookupError` for one that is not configured."""
    return registry().places[settings.CHAIN_ID if chain_id is None else chain_id]


def contract_address() -> str:
    """Return the escrow that takes new trades: the newest on `CHAIN_ID` that does."""
    return next(one.address for one in _on(settings.CHAIN_ID) if one.takes_new_trades)


def contracts(chain_id: int | None = None) -> tuple[str, ...]:
    """Return every escrow whose events are followed on a chain, newest first; none for a chain that is not ours."""
    return tuple(one.address for one in _on(settings.CHAIN_ID if chain_id is None else chain_id))


def confirmations(chain_id: int) -> int:
    """Return how many blocks must stand on an event, its own included; that of new trades for a chain now unknown."""
    known = registry().places.get(chain_id)
    return known.confirmations if known else settings.CONFIRMATIONS


def demo_token_address() -> str:
    """Return where the play-money token stands on the local chain."""
    return predict("DemoToken")


def domain() -> Domain:
    """Return the EIP-712 domain of new trades."""
    return Domain(chain_id=settings.CHAIN_ID, contract=contract_address())


def start_block(chain_id: int | None = None) -> int:
    """Return the first block worth scanning on a chain: where the oldest of its contracts was deployed."""
    return min((one.from_block for one in _on(settings.CHAIN_ID if chain_id is None else chain_id)), default=0)


def _on(chain_id: int) -> list[Deployment]:
    return [one for one in registry().deployments if one.chain_id == chain_id]


@cache
def _recorded_block(chain_id: int) -> int:
    """Return `block` of `deployments/<chain id>.json`, 0 where nothing is recorded."""
    file = _FOLDER / f"{chain_id}.json"
    return int(json.loads(file.read_text(encoding="utf-8"))["block"]) if file.exists() else 0
