"""What signs. `LocalWallet` holds a key in this process; anything with the same three members will do."""

from typing import Any, Protocol

from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data

from parley_client.models import TypedData


class Wallet(Protocol):
    """An account that signs; it is only ever handed what this package has checked."""

    @property
    def address(self) -> str:
        """The checksummed address."""

    def sign_text(self, text: str) -> str:
        """Return the EIP-191 signature of a text, 65 bytes as 0x-hex."""

    def sign_typed(self, typed_data: TypedData) -> str:
        """Return the EIP-712 signature, 65 bytes as 0x-hex."""

    def sign_transaction(self, transaction: dict[str, Any]) -> str:
        """Return the signed raw transaction as 0x-hex."""


class LocalWallet:
    """A wallet that keeps its private key in memory."""

    def __init__(self, key: str) -> None:
        self._account: Any = Account.from_key(key)

    @property
    def address(self) -> str:
        """The checksummed address."""
        return str(self._account.address)

    def sign_text(self, text: str) -> str:
        """Return the EIP-191 signature of a text."""
        return str(self._account.sign_message(encode_defunct(text=text)).signature.to_0x_hex())

    def sign_typed(self, typed_data: TypedData) -> str:
        """Return the EIP-712 signature."""
        message = encode_typed_data(full_message=dict(typed_data))
        return str(self._account.sign_message(message).signature.to_0x_hex())

    def sign_transaction(self, transaction: dict[str, Any]) -> str:
        """Return the signed raw transaction."""
        return str(self._account.sign_transaction(transaction).raw_transaction.to_0x_hex())

    def __repr__(self) -> str:
        return f"LocalWallet({self.address})"
