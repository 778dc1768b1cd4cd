"""The Terms of a trade as the contract knows them. Their EIP-712 digest is the trade id, computed here anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from parley_client.errors import Mismatch
from parley_client.models import TypedData

ZERO = "0x" + "0" * 40
# Name in the contract's struct, its type, and the name here.
MEMBERS = (
    ("seller", "address", "seller"),
    ("buyer", "address", "buyer"),
    ("token", "address", "token"),
    ("amount", "uint256", "amount"),
    ("arbiter", "address", "arbiter"),
    ("feeRecipient", "address", "fee_recipient"),
    ("feeBps", "uint16", "fee_bps"),
    ("payBy", "uint40", "pay_by"),
    ("confirmWindow", "uint40", "confirm_window"),
    ("arbitrationWindow", "uint40", "arbitration_window"),
    ("fallbackBuyerBps", "uint16", "fallback_buyer_bps"),
    ("details", "bytes32", "details"),
    ("salt", "uint256", "salt"),
)
_TUPLE = "(" + ",".join(kind for _, kind, _ in MEMBERS) + ")"
DOMAIN_NAME, DOMAIN_VERSION = "Parley Escrow", "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """The contract on its chain."""

    chain_id: int
    contract: str

    @classmethod
    def from_message(cls, domain: Mapping[str, Any]) -> Self:
        """Return the domain of typed data. Raises `Mismatch` when it is not an escrow's."""
        if set(domain) != {"name", "version", "chainId", "verifyingContract"}:
            raise Mismatch("The domain of what is to be signed has other members than an escrow's.")
        if (domain["name"], domain["version"]) != (DOMAIN_NAME, DOMAIN_VERSION):
            raise Mismatch(f"The domain is {domain['name']!r} {domain['version']!r}, not {DOMAIN_NAME!r}.")
        return cls(chain_id=int(domain["chainId"]), contract=str(domain["verifyingContract"]))

    def to_message(self) -> dict[str, Any]:
        """Return the EIP-712 domain."""
        return {
            "name": DOMAIN_NAME,
            "version": DOMAIN_VERSION,
            "chainId": self.chain_id,
            "verifyingContract": self.contract,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Everything two traders agree on before a coin moves; base units, Unix seconds, seconds, basis points."""

    seller: str
    buyer: str
    token: str
    amount: int
    arbiter: str
    fee_recipient: str
    fee_bps: int
    pay_by: int
    confirm_window: int
    arbitration_window: int
    fallback_buyer_bps: int
    details: str
    salt: int

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> Self:
        """Return the terms of a typed message. Raises `Mismatch` for members too many or too few."""
        if set(message) != {name for name, _, _ in MEMBERS}:
            raise Mismatch("The terms to be signed have other members than the contract's.")
        values: dict[str, Any] = {
            own: int(message[name]) if kind.startswith("uint") else str(message[name]) for name, kind, own in MEMBERS
        }
        return cls(**values)

    def to_message(self) -> dict[str, Any]:
        """Return the typed message."""
        return {name: getattr(self, own) for name, _, own in MEMBERS}

    def encode(self) -> bytes:
        """Return the ABI encoding of the struct: thirteen static words."""
        return b"".join(_word(kind, getattr(self, own)) for _, kind, own in MEMBERS)


def terms_typed_data(terms: Terms, domain: Domain) -> TypedData:
    """Return the typed data of these terms, made here: what a wallet signs is never the node's own object."""
    types = {"Terms": [{"name": name, "type": kind} for name, kind, _ in MEMBERS]}
    return typed("Terms", types, terms.to_message(), domain)


def typed(name: str, types: dict[str, Any], message: dict[str, Any], domain: Domain) -> TypedData:
    """Return complete typed data under an escrow's domain."""
    domain_type = [
        {"name": "name", "type": "string"},
        {"name": "version", "type": "string"},
        {"name": "chainId", "type": "uint256"},
        {"name": "verifyingContract", "type": "address"},
    ]
    return {
        "types": {"EIP712Domain": domain_type, **types},
        "primaryType": name,
        "domain": domain.to_message(),
        "message": message,
    }


def trade_id(terms: Terms, domain: Domain) -> str:
    """Return the trade id as the contract computes it: the EIP-712 digest of the terms."""
    signable = encode_typed_data(full_message=dict(terms_typed_data(terms, domain)))
    return "0x" + keccak(b"\x19" + signable.version + signable.header + signable.body).hex()


def fund_data(terms: Terms) -> str:
    """Return the call data that locks the coins."""
    name = "fundEth" if terms.token == ZERO else "fund"
    return "0x" + (selector(f"{name}({_TUPLE})") + terms.encode()).hex()


def approve_data(spender: str, amount: int) -> str:
    """Return the call data that allows `spender` exactly `amount` of a token."""
    return "0x" + (selector("approve(address,uint256)") + _word("address", spender) + _word("uint256", amount)).hex()


def selector(signature: str) -> bytes:
    """Return the first four bytes of a function's hash."""
    found: bytes = keccak(text=signature)[:4]
    return found


def _word(kind: str, value: Any) -> bytes:
    if kind.startswith("uint"):
        return int(value).to_bytes(32, "big")
    return bytes.fromhex(str(value)[2:]).rjust(32, b"\0")
