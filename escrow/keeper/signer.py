"""The key. It signs listed calls of our contracts without value, and nothing else, whoever asks.

`Signer` is all the keeper knows of it: a key file here, or a signer of its own elsewhere (`remote_signer.py`).
"""

from dataclasses import dataclass
from typing import Any, Protocol

from eth_account import Account
from eth_account.signers.local import LocalAccount

from escrow.calls import Call
from escrow.keeper import policy
from escrow.keeper.fees import Fees


@dataclass(frozen=True, slots=True)
class Signed:
    """A transaction ready to be broadcast, 0x-hex, and its hash."""

    raw: str
    tx_hash: str


class Signer(Protocol):
    """Something that holds the keeper's key."""

    @property
    def address(self) -> str:
        """The account that pays for gas."""

    def sign(self, call: Call, *, nonce: int, gas: int, fees: Fees) -> Signed:
        """Return the signed EIP-1559 transaction.

        Raises `policy.NotAllowed` for any call that is not relayable, `CannotSign` when it cannot be had just now.
        """


class CannotSign(Exception):
    """The signer is away, refuses, or gave back something else than what it was asked to sign."""


class KeySigner:
    """A private key in this process's memory, 0x-hex, read from a file that only the keeper may read."""

    def __init__(self, key: str) -> None:
        try:
            self._account: LocalAccount = Account.from_key(key.strip())
        except Exception:  # noqa: BLE001 - whatever the library raises quotes the key, which must not reach a log
            raise ValueError("The keeper's key must be 32 bytes of 0x-hex.") from None

    @property
    def address(self) -> str:
        """The account that pays for gas."""
        return str(self._account.address)

    def sign(self, call: Call, *, nonce: int, gas: int, fees: Fees) -> Signed:
        """Return the signed EIP-1559 transaction. Raises `policy.NotAllowed` for any call that is not relayable."""
        policy.check_call(call)
        signed = self._account.sign_transaction(unsigned(call, nonce=nonce, gas=gas, fees=fees))
        return Signed(raw=signed.raw_transaction.to_0x_hex(), tx_hash=signed.hash.to_0x_hex())


def unsigned(call: Call, *, nonce: int, gas: int, fees: Fees) -> dict[str, Any]:
    """Return the transaction that carries `call`, its numbers as int."""
    return {
        "type": 2,
        "chainId": call.chain_id,
        "nonce": nonce,
        "to": call.to,
        "data": call.data,
        "value": 0,
        "gas": gas,
        "maxFeePerGas": fees.max_fee,
        "maxPriorityFeePerGas": fees.tip,
    }
