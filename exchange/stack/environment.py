"""Which environment each process of the embedded default gets.

What the caller has set stays as it is; the stack fills in what is missing. The keeper's key reaches the keeper alone.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from exchange.stack.anvil import CHAIN_ID
from exchange.stack.home import Home

KEEPER_SECRETS = ("KEEPER_KEY", "KEEPER_KEY_FILE", "KEEPER_SIGNER_URL", "KEEPER_SIGNER_URL_FILE")
# Where exchange/stack/demo/panel.py puts a Safe of Carol and Dora (CREATE2: the same on every chain).
DEMO_PANEL = "0x3A2DFA092ede200466D6689e3E2de3c0D26A2397"
# Names that `manage.py shell` needs to reach the running stack; no secret among them.
RUNTIME_NAMES = (
    *("DATABASE_URL", "REDIS_URL", "CHAIN_RPC_URLS", "CHAIN_ID", "ESCROW_ADDRESS", "PUBLIC_RPC_URL", "CONFIRMATIONS"),
    *("PANEL_ADDRESS", "PANEL_ABOVE"),
    *("SECRET_KEY_FILE", "DEMO", "PORT", "SITE_URL", "PARLEY_HOME"),
)


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where the engines are that the stack runs itself; None for one that the caller brings."""

    database: str | None
    redis: str | None
    chain: str | None
    escrow: str | None
    turn: str | None = None


def compose_environment(addresses: Addresses, *, home: Home, port: int, given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that all processes share: `given`, completed, without the keeper's secrets."""
    ours = {
        "DJANGO_SETTINGS_MODULE": "exchange.settings",
        "PYTHONUNBUFFERED": "1",
        "PARLEY_HOME": str(home.root),
        "PORT": str(port),
        "SITE_URL": f"http://localhost:{port}",
        "SECRET_KEY_FILE": str(home.secret_key),
        "NODE_KEY_FILE": str(home.node_key),
        "DATABASE_URL": addresses.database,
        "REDIS_URL": addresses.redis,
    }
    if addresses.chain is not None:
        ours |= {
            "CHAIN_RPC_URLS": addresses.chain,
            "PUBLIC_RPC_URL": addresses.chain,
            "CHAIN_ID": str(CHAIN_ID),
            "CONFIRMATIONS": "1",
            "ESCROW_ADDRESS": addresses.escrow,
            "DEMO": "1",
            "PANEL_ADDRESS": DEMO_PANEL,
            "PANEL_ABOVE": "ETH=3",
        }
    if addresses.turn is not None:
        ours |= {"TURN_URLS": addresses.turn, "TURN_SECRET_FILE": str(home.turn_secret)}
    filled = {name: value for name, value in ours.items() if value is not None}
    return {name: value for name, value in (filled | dict(given)).items() if name not in KEEPER_SECRETS}


def add_keeper_key(
    environment: Mapping[str, str], *, given: Mapping[str, str], demo_key: Path | None
) -> dict[str, str]:
    """Return the keeper's environment: the caller's key if there is one, else the local chain's `demo_key`."""
    brought = {name: given[name] for name in KEEPER_SECRETS if given.get(name)}
    if not brought and demo_key is not None:
        brought = {"KEEPER_KEY_FILE": str(demo_key)}
    return {**environment, **brought}


def write_runtime(path: Path, environment: Mapping[str, str]) -> None:
    """Write what other commands need to reach the running stack, for the owner's eyes only.

    The process id tells them later whether the stack still runs or was killed and left the file behind.
    """
    lines = [f"STACK_PID={os.getpid()}"]
    lines += [f"{name}={environment[name]}" for name in RUNTIME_NAMES if environment.get(name)]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("# Written while Parley runs; read by exchange/settings.py.\n" + "\n".join(lines) + "\n")
