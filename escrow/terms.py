"""What two traders agree on. The EIP-712 digest of the terms *is* the trade id (`contracts/src/IEscrow.sol`, `Terms`).

Pure: no chain, no database. Addresses are EIP-55 checksummed, 32-byte values lower-case 0x-hex, amounts base units.
"""

import re
from dataclasses import dataclass
from typing import Any

from escrow.addresses import parse_address
from escrow.typed_data import Member, TypedData, digest, domain_members

__all__ = [
    "ACTIONS",
    "ZERO",
    "Domain",
    "Terms",
    "TypedData",
    "action_typed_data",
    "digest",
    "ruling_typed_data",
    "split_typed_data",
    "terms_typed_data",
    "trade_id",
]

ZERO = "0x0000000000000000000000000000000000000000"
ACTIONS = ("mark_paid", "release", "cancel", "dispute")

_BYTES32 = re.compile(r"0x[0-9a-fA-F]{64}")
_BITS = {"amount": 256, "feeBps": 16, "payBy": 40, "confirmWindow": 40, "arbitrationWindow": 40, "fallbackBuyerBps": 16}
_BITS |= {"salt": 256}


def _members(*pairs: str) -> list[Member]:
    return [{"type": pair.split()[0], "name": pair.split()[1]} for pair in pairs]


_TERMS = _members(
    "address seller",
    "address buyer",
    "address token",
    "uint256 amount",
    "address arbiter",
    "address feeRecipient",
    "uint16 feeBps",
    "uint40 payBy",
    "uint40 confirmWindow",
    "uint40 arbitrationWindow",
    "uint16 fallbackBuyerBps",
    "bytes32 details",
    "uint256 salt",
)
_ACTION = _members("bytes32 tradeId", "string action", "uint40 validUntil")
_SPLIT = _members("bytes32 tradeId", "uint16 buyerBps")
_RULING = _members("bytes32 tradeId", "uint16 buyerBps", "uint16 reasonCode", "uint40 validUntil")


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """The contract on its chain: a signature for one is worth nothing for another."""

    chain_id: int
    contract: str

    def to_json(self) -> dict[str, str | int]:
        """Return the EIP-712 domain object."""
        return {
            "name": "Parley Escrow",
            "version": "1",
            "chainId": self.chain_id,
            "verifyingContract": self.contract,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Everything agreed before a coin moves; the members and their units are those of the contract's `Terms`."""

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

    def to_json(self) -> dict[str, str | int]:
        """Return the terms under their EIP-712 names; `amount` and `salt` as decimal text, since they exceed 2^53."""
        return {
            "seller": self.seller,
            "buyer": self.buyer,
            "token": self.token,
            "amount": str(self.amount),
            "arbiter": self.arbiter,
            "feeRecipient": self.fee_recipient,
            "feeBps": self.fee_bps,
            "payBy": self.pay_by,
            "confirmWindow": self.confirm_window,
            "arbitrationWindow": self.arbitration_window,
            "fallbackBuyerBps": self.fallback_buyer_bps,
            "details": self.details,
            "salt": str(self.salt),
        }

    @classmethod
    def from_json(cls, value: Any) -> "Terms":
        """Return the terms written in `value`. Raises `ValueError` naming the member that is missing or impossible."""
        if not isinstance(value, dict):
            raise ValueError("terms must be an object")
        names = [member["name"] for member in _TERMS]
        if set(value) != set(names):
            wrong = min(set(value) ^ set(names))
            raise ValueError(f"{wrong} is {'missing' if wrong in names else 'no member of the terms'}")
        return cls(
            seller=_read_address(value, "seller"),
            buyer=_read_address(value, "buyer"),
            token=_read_address(value, "token"),
            amount=_read_number(value, "amount"),
            arbiter=_read_address(value, "arbiter"),
            fee_recipient=_read_address(value, "feeRecipient"),
            fee_bps=_read_number(value, "feeBps"),
            pay_by=_read_number(value, "payBy"),
            confirm_window=_read_number(value, "confirmWindow"),
            arbitration_window=_read_number(value, "arbitrationWindow"),
            fallback_buyer_bps=_read_number(value, "fallbackBuyerBps"),
            details=_read_bytes32(value, "details"),
            salt=_read_number(value, "salt"),
        )


def trade_id(terms: Terms, domain: Domain) -> str:
    """Return the trade id as the contract computes it (`tradeIdOf`)."""
    return "0x" + digest(terms_typed_data(terms, domain)).hex()


def terms_typed_data(terms: Terms, domain: Domain) -> TypedData:
    """Return what both traders sign to agree."""
    return _typed_data("Terms", _TERMS, terms.to_json(), domain)


def action_typed_data(*, trade_id: str, action: str, valid_until: int, domain: Domain) -> TypedData:
    """Return what a party signs so that anyone may carry out `action` until `valid_until` (Unix seconds)."""
    if action not in ACTIONS:
        raise ValueError(f"{action} is not one of {', '.join(ACTIONS)}")
    message: dict[str, str | int] = {"tradeId": trade_id, "action": action, "validUntil": valid_until}
    return _typed_data("Action", _ACTION, message, domain)


def split_typed_data(*, trade_id: str, buyer_bps: int, domain: Domain) -> TypedData:
    """Return what each party signs to settle: `buyer_bps` basis points to the buyer, the rest to the seller."""
    return _typed_data("Split", _SPLIT, {"tradeId": trade_id, "buyerBps": buyer_bps}, domain)


def ruling_typed_data(
    *, trade_id: str, buyer_bps: int, reason_code: int, valid_until: int, domain: Domain
) -> TypedData:
    """Return what the arbiter signs to rule on a disputed trade."""
    message: dict[str, str | int] = {
        "tradeId": trade_id,
        "buyerBps": buyer_bps,
        "reasonCode": reason_code,
        "validUntil": valid_until,
    }
    return _typed_data("Ruling", _RULING, message, domain)


def _typed_data(name: str, members: list[Member], message: dict[str, str | int], domain: Domain) -> TypedData:
    told = domain.to_json()
    return {
        "types": {"EIP712Domain": domain_members(told), name: list(members)},
        "primaryType": name,
        "domain": told,
        "message": message,
    }


def _read_address(value: dict[str, Any], name: str) -> str:
    try:
        return parse_address(value[name])
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _read_number(value: dict[str, Any], name: str) -> int:
    raw = value[name]
    if isinstance(raw, str) and raw.isascii() and raw.isdigit() and len(raw) <= 78:
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw < 1 << _BITS[name]:
        raise ValueError(f"{name} is not a whole number of at most {_BITS[name]} bits")
    return raw


def _read_bytes32(value: dict[str, Any], name: str) -> str:
    text = value[name]
    if not isinstance(text, str) or not _BYTES32.fullmatch(text):
        raise ValueError(f"{name} is not 32 bytes of 0x-hex")
    return text.lower()
