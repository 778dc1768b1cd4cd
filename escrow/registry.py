"""Which escrow contracts there are, and on which chains: one by the plain settings, several by `ESCROWS`.

`ESCROWS` (or the file that `ESCROWS_FILE` names) is TOML. A contract is never changed, only followed by another: the
newest that takes new trades gets them, the others are followed, relayed for and kept until their last trade has ended.

    [[escrow]]
    chain_id = 1
    address = "0x…"            # EIP-55
    version = 2                # the higher, the newer
    from_block = 23100000      # where it was deployed
    takes_new_trades = true

    [[chain]]                  # not needed for CHAIN_ID, whose plain settings count
    id = 10
    name = "Optimism"
    rpc_urls = ["https://…"]
    public_rpc_url = "https://…"
    explorer_url = ""
    confirmations = 30
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from escrow.addresses import parse_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One chain: how it is read, what wallets are told of it, and after how many blocks an event counts."""

    chain_id: int
    name: str
    rpc_urls: tuple[str, ...]
    public_rpc_url: str
    explorer_url: str
    confirmations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One escrow contract on one chain; `from_block` is the first block worth reading for it."""

    chain_id: int
    address: str
    version: int
    from_block: int
    takes_new_trades: bool


@dataclass(frozen=True, slots=True)
class Registry:
    """All chains by id, and all contracts, the newest of each chain first."""

    places: Mapping[int, Place]
    deployments: tuple[Deployment, ...]


def main_place() -> Place:
    """Return the chain of the plain settings: people sign in on it, and new trades are made there."""
    return Place(
        chain_id=settings.CHAIN_ID,
        name=settings.CHAIN_NAME,
        rpc_urls=tuple(settings.CHAIN_RPC_URLS),
        public_rpc_url=settings.PUBLIC_RPC_URL,
        explorer_url=settings.CHAIN_EXPLORER_URL,
        confirmations=settings.CONFIRMATIONS,
    )


@cache
def read(text: str, main: Place) -> Registry:
    """Return what `ESCROWS` says, `main` being the chain of the plain settings. Raises `ImproperlyConfigured`."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ImproperlyConfigured(f"ESCROWS is no TOML: {error}.") from error
    if unknown := set(told) - {"escrow", "chain"}:
        raise ImproperlyConfigured(f"ESCROWS has [[escrow]] and [[chain]] tables, and no {min(unknown)}.")
    places = {main.chain_id: main}
    for table in _tables(told, "chain"):
        place = _place(table)
        if place.chain_id in places:
            raise ImproperlyConfigured(f"ESCROWS tells chain {place.chain_id} twice, or it is CHAIN_ID.")
        places[place.chain_id] = place
    deployments = tuple(sorted((_deployment(table) for table in _tables(told, "escrow")), key=_newest_first))
    _check(deployments, places=places, main=main)
    return Registry(places=places, deployments=deployments)


def _check(deployments: tuple[Deployment, ...], *, places: Mapping[int, Place], main: Place) -> None:
    for one in deployments:
        if one.chain_id not in places:
            raise ImproperlyConfigured(f"ESCROWS has a contract on chain {one.chain_id} but no [[chain]] of that id.")
    keys = [(one.chain_id, one.address) for one in deployments]
    versions = [(one.chain_id, one.version) for one in deployments]
    if len(set(keys)) != len(keys) or len(set(versions)) != len(versions):
        raise ImproperlyConfigured("ESCROWS tells one contract, or one version on a chain, twice.")
    if not any(one.takes_new_trades and one.chain_id == main.chain_id for one in deployments):
        raise ImproperlyConfigured(f"ESCROWS names no contract on CHAIN_ID {main.chain_id} that takes new trades.")


def _newest_first(one: Deployment) -> tuple[int, int]:
    return one.chain_id, -one.version


def _tables(told: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    tables = told.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ImproperlyConfigured(f"ESCROWS: write [[{name}]], with two brackets.")
    return tables


def _deployment(table: dict[str, Any]) -> Deployment:
    reader = _Reader("escrow", table)
    try:
        address = parse_address(reader.text("address"))
    except ValueError as error:
        raise ImproperlyConfigured(f"ESCROWS, escrow.address: {error}.") from error
    found = Deployment(
        chain_id=reader.number("chain_id"),
        address=address,
        version=reader.number("version"),
        from_block=reader.number("from_block", 0, least=0),
        takes_new_trades=reader.flag("takes_new_trades"),
    )
    reader.finish()
    return found


def _place(table: dict[str, Any]) -> Place:
    reader = _Reader("chain", table)
    chain_id, urls = reader.number("id"), reader.texts("rpc_urls")
    found = Place(
        chain_id=chain_id,
        name=reader.text("name", f"Chain {chain_id}"),
        rpc_urls=urls,
        public_rpc_url=reader.text("public_rpc_url", urls[0]),
        explorer_url=reader.text("explorer_url", ""),
        confirmations=reader.number("confirmations", 12),
    )
    reader.finish()
    return found


class _Reader:
    """Takes members out of one table; what is left at the end was mistyped."""

    def __init__(self, name: str, table: dict[str, Any]) -> None:
        self._name = name
        self._left = dict(table)

    def _take(self, member: str, kind: type, default: object) -> Any:
        value = self._left.pop(member, default)
        if type(value) is not kind:
            raise ImproperlyConfigured(f"ESCROWS, {self._name}.{member} is missing or no {kind.__name__}.")
        return value

    def text(self, member: str, default: str | None = None) -> str:
        return cast("str", self._take(member, str, default))

    def number(self, member: str, default: int | None = None, *, least: int = 1) -> int:
        value = cast("int", self._take(member, int, default))
        if value < least:
            raise ImproperlyConfigured(f"ESCROWS, {self._name}.{member} is {value}, less than {least}.")
        return value

    def flag(self, member: str) -> bool:
        return cast("bool", self._take(member, bool, None))

    def texts(self, member: str) -> tuple[str, ...]:
        values = self._take(member, list, None)
        if not values or not all(isinstance(value, str) and value for value in values):
            raise ImproperlyConfigured(f"ESCROWS, {self._name}.{member} is no list of texts.")
        return tuple(values)

    def finish(self) -> None:
        if self._left:
            raise ImproperlyConfigured(f"ESCROWS, {self._name} has no member {min(self._left)}.")
