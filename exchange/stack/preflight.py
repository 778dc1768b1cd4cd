"""Looks before anything starts: each problem is one sentence with its remedy, and nothing is left half started."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from exchange.stack.anvil import find_anvil
from exchange.stack.coturn import find_turn_server
from exchange.stack.errors import StackError
from exchange.stack.home import CHECKOUT
from exchange.stack.postgres import find_binaries
from exchange.stack.redis import find_server


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What this start runs itself; the rest comes from the caller's environment."""

    port: int
    postgres: bool
    redis: bool
    anvil: bool
    turn: bool = False


def read_plan(given: Mapping[str, str]) -> Plan:
    """Return the plan: an engine whose address is set is somebody else's. Raises `StackError` on a bad PORT."""
    return Plan(
        port=read_port(given, "PORT", default=8000),
        postgres=not given.get("DATABASE_URL"),
        redis=not given.get("REDIS_URL"),
        anvil=not given.get("CHAIN_RPC_URLS"),
        turn=not given.get("TURN_URLS") and find_turn_server() is not None,
    )


def read_port(given: Mapping[str, str], name: str, *, default: int) -> int:
    """Return a port number from the environment. Raises `StackError` if it is none."""
    value = given.get(name) or str(default)
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65_535:
        raise StackError(f"{name} must be a port number between 1 and 65535, not {value!r}.")
    return int(value)


def check_installed(plan: Plan) -> None:
    """Raise `StackError` if a program that `plan` needs, or the built browser code, is missing."""
    if plan.postgres:
        find_binaries()
    if plan.redis:
        find_server()
    if plan.anvil:
        find_anvil()
    built = CHECKOUT / "exchange" / "static" / "parley" / "core.js"
    if not built.is_file():
        raise StackError("The browser code is not built; run `make setup`.")


def check_given(plan: Plan, *, given: Mapping[str, str]) -> None:
    """Raise `StackError` if a chain of the caller's comes without what the stack cannot guess."""
    if not plan.anvil and not given.get("CHAIN_ID"):
        raise StackError("CHAIN_RPC_URLS is set but CHAIN_ID is not; set it, so that no node of another chain is used.")


def check_home(root: Path) -> None:
    """Raise `StackError` if the home cannot be written."""
    parent = next(folder for folder in (root, *root.parents) if folder.exists())
    if not os.access(parent, os.W_OK | os.X_OK):
        raise StackError(f"{parent} cannot be written; set PARLEY_HOME to a folder of yours.")
