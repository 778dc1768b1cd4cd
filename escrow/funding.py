"""What a seller signs so that tokens may be taken without a transaction of its own: EIP-2612, ERC-3009, Permit2.

An authorization names the trade by its nonce and Permit2 by its witness, so anyone may bring them; a permit
names no trade, so the contract takes it from the seller alone. Every one is for exactly the amount of the terms.
"""

from dataclasses import dataclass

from escrow.terms import Domain, Terms, TypedData, trade_id
from escrow.typed_data import Member, domain_members

__all__ = ["PERMIT2", "TokenDomain", "authorization_typed_data", "permit2_typed_data", "permit_typed_data"]

# At the same address on nearly every chain; `contracts/src/Deposits.sol` calls no other.
PERMIT2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3"

_PERMIT: list[Member] = [
    {"name": "owner", "type": "address"},
    {"name": "spender", "type": "address"},
    {"name": "value", "type": "uint256"},
    {"name": "nonce", "type": "uint256"},
    {"name": "deadline", "type": "uint256"},
]
_AUTHORIZATION: list[Member] = [
    {"name": "from", "type": "address"},
    {"name": "to", "type": "address"},
    {"name": "value", "type": "uint256"},
    {"name": "validAfter", "type": "uint256"},
    {"name": "validBefore", "type": "uint256"},
    {"name": "nonce", "type": "bytes32"},
]
_WITNESSED: list[Member] = [
    {"name": "permitted", "type": "TokenPermissions"},
    {"name": "spender", "type": "address"},
    {"name": "nonce", "type": "uint256"},
    {"name": "deadline", "type": "uint256"},
    {"name": "tradeId", "type": "bytes32"},
]
_PERMISSIONS: list[Member] = [{"name": "token", "type": "address"}, {"name": "amount", "type": "uint256"}]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDomain:
    """How a token names itself in what its holders sign (ERC-5267 tells)."""

    name: str
    version: str


def permit_typed_data(terms: Terms, domain: Domain, *, token: TokenDomain, nonce: int, deadline: int) -> TypedData:
    """Return the EIP-2612 permit of the seller; `nonce` is the token's `nonces(seller)`, `deadline` Unix seconds."""
    message: dict[str, str | int] = {
        "owner": terms.seller,
        "spender": domain.contract,
        "value": str(terms.amount),
        "nonce": nonce,
        "deadline": deadline,
    }
    return _of_token(terms, domain, token=token, name="Permit", members=_PERMIT, message=message)


def authorization_typed_data(terms: Terms, domain: Domain, *, token: TokenDomain, valid_before: int) -> TypedData:
    """Return the ERC-3009 authorization of the seller, good until just before `valid_before` (Unix seconds)."""
    message: dict[str, str | int] = {
        "from": terms.seller,
        "to": domain.contract,
        "value": str(terms.amount),
        "validAfter": 0,
        "validBefore": valid_before,
        "nonce": trade_id(terms, domain),
    }
    return _of_token(
        terms, domain, token=token, name="ReceiveWithAuthorization", members=_AUTHORIZATION, message=message
    )


def permit2_typed_data(terms: Terms, domain: Domain, *, nonce: int, deadline: int) -> TypedData:
    """Return the Permit2 transfer with the trade id as its witness; any unused `nonce` will do."""
    told = {"name": "Permit2", "chainId": domain.chain_id, "verifyingContract": PERMIT2}
    return {
        "types": {
            "EIP712Domain": domain_members(told),
            "PermitWitnessTransferFrom": list(_WITNESSED),
            "TokenPermissions": list(_PERMISSIONS),
        },
        "primaryType": "PermitWitnessTransferFrom",
        "domain": told,
        "message": {
            "permitted": {"token": terms.token, "amount": str(terms.amount)},
            "spender": domain.contract,
            "nonce": str(nonce),
            "deadline": deadline,
            "tradeId": trade_id(terms, domain),
        },
    }


def _of_token(
    terms: Terms,
    domain: Domain,
    *,
    token: TokenDomain,
    name: str,
    members: list[Member],
    message: dict[str, str | int],
) -> TypedData:
    told = {
        "name": token.name,
        "version": token.version,
        "chainId": domain.chain_id,
        "verifyingContract": terms.token,
    }
    return {
        "types": {"EIP712Domain": domain_members(told), name: list(members)},
        "primaryType": name,
        "domain": told,
        "message": message,
    }
