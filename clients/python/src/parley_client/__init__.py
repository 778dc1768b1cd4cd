"""A typed client of Parley nodes that checks what it signs.

`Parley` and `AsyncParley` send; `flows` and `calls` say what, without touching the network. Start reading at `core.py`.
Depends on httpx and eth-account only, and on nothing of the exchange.
"""

from parley_client.client import AsyncParley, Parley
from parley_client.core import Call, Flow, Pause
from parley_client.errors import Mismatch, ParleyError, Problem, Unreachable
from parley_client.wallet import LocalWallet, Wallet

__all__ = [
    "AsyncParley",
    "Call",
    "Flow",
    "LocalWallet",
    "Mismatch",
    "Parley",
    "ParleyError",
    "Pause",
    "Problem",
    "Unreachable",
    "Wallet",
]
