"""Call data for wallets and for the keeper. Pure ABI encoding: nothing here asks the chain.

Every call carries the terms in full, because the contract stores none of them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from escrow import abi
from escrow.terms import ZERO, Domain, Terms

_OWN = {"mark_paid": "markPaid", "release": "release", "cancel": "cancel", "dispute": "dispute"}
_BY_SIGNATURE = {
    "mark_paid": "markPaidBySig",
    "release": "releaseBySig",
    "cancel": "cancelBySig",
    "dispute": "disputeBySig",
}
_TermsTuple = tuple[str, str, str, int, str, str, int, int, int, int, int, bytes, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: `value` in wei, `data` 0x-hex."""

    to: str
    data: str
    value: int
    chain_id: int

    def to_json(self) -> dict[str, str | int]:
        """Return the call for a program; `value` as decimal text."""
        return {"to": self.to, "data": self.data, "value": str(self.value), "chain_id": self.chain_id}


def fund(terms: Terms, domain: Domain) -> Call:
    """Return the seller's call that locks the coins; for a token, `approve` comes first."""
    if terms.token == ZERO:
        return _call(domain, "fundEth", as_tuple(terms), value=terms.amount)
    return _call(domain, "fund", as_tuple(terms))


def fund_by_permit(terms: Terms, domain: Domain, *, deadline: int, signature: str) -> Call:
    """Return the seller's call that brings its own EIP-2612 permit along, in the place of `approve` and `fund`."""
    return _call(domain, "fundWithPermit", as_tuple(terms), deadline, *_parts(signature))


def fund_by_authorization(terms: Terms, domain: Domain, *, valid_before: int, signature: str) -> Call:
    """Return the funding by the seller's ERC-3009 authorization; anyone may send it."""
    return _call(domain, "fundWithAuthorization", as_tuple(terms), valid_before, *_parts(signature))


def fund_by_permit2(terms: Terms, domain: Domain, *, nonce: int, deadline: int, signature: str) -> Call:
    """Return the funding by the seller's Permit2 signature; anyone may send it."""
    return _call(domain, "fundWithPermit2", as_tuple(terms), nonce, deadline, _bytes(signature))


def approve(terms: Terms, domain: Domain) -> Call | None:
    """Return the token call that allows the escrow exactly `amount`, never more; None for the native coin."""
    if terms.token == ZERO:
        return None
    data = abi.encode_words("approve", ("address", "uint256"), domain.contract, terms.amount)
    return Call(to=terms.token, data=data, value=0, chain_id=domain.chain_id)


def act(action: str, terms: Terms, domain: Domain) -> Call:
    """Return the acting party's own call of one of `terms.ACTIONS`."""
    return _call(domain, _OWN[action], as_tuple(terms))


def act_by_signature(
    action: str, terms: Terms, domain: Domain, *, signer: str, valid_until: int, signature: str
) -> Call:
    """Return the same act by the party's signature; anyone may send it. `signer` matters for a dispute only."""
    signed = (valid_until, _bytes(signature))
    if action == "dispute":
        return _call(domain, "disputeBySig", as_tuple(terms), signer, *signed)
    return _call(domain, _BY_SIGNATURE[action], as_tuple(terms), *signed)


def settle(terms: Terms, domain: Domain, *, buyer_bps: int, seller_signature: str, buyer_signature: str) -> Call:
    """Return the split both parties signed."""
    return _call(domain, "settle", as_tuple(terms), buyer_bps, _bytes(seller_signature), _bytes(buyer_signature))


def resolve(terms: Terms, domain: Domain, *, buyer_bps: int, reason_code: int) -> Call:
    """Return the arbiter's own ruling."""
    return _call(domain, "resolve", as_tuple(terms), buyer_bps, reason_code)


def resolve_by_signature(
    terms: Terms, domain: Domain, *, buyer_bps: int, reason_code: int, valid_until: int, signature: str
) -> Call:
    """Return the ruling by the arbiter's signature; anyone may send it."""
    return _call(domain, "resolveBySig", as_tuple(terms), buyer_bps, reason_code, valid_until, _bytes(signature))


def refund_expired(terms: Terms, domain: Domain) -> Call:
    """Return the call anyone may send after `pay_by` of a trade that was never marked paid."""
    return _call(domain, "refundExpired", as_tuple(terms))


def escalate(terms: Terms, domain: Domain) -> Call:
    """Return the call anyone may send after the confirm window of a paid trade."""
    return _call(domain, "escalate", as_tuple(terms))


def resolve_expired(terms: Terms, domain: Domain) -> Call:
    """Return the call anyone may send after the arbitration window of a disputed trade."""
    return _call(domain, "resolveExpired", as_tuple(terms))


def withdraw(domain: Domain, *, token: str, to: str) -> Call:
    """Return the credited account's call that takes out its whole credit in `token`."""
    return _call(domain, "withdraw", token, to)


def withdraw_for(domain: Domain, *, account: str, token: str) -> Call:
    """Return the call by which anyone has an account's whole credit in `token` sent to that account itself."""
    return _call(domain, "withdrawFor", account, token)


def fragments(names: Collection[str]) -> list[dict[str, Any]]:
    """Return the ABI entries of these functions, for programs that build calls of their own."""
    entries = abi.artifact("Escrow")["abi"]
    return [entry for entry in entries if entry["type"] == "function" and entry["name"] in names]


def as_tuple(terms: Terms) -> _TermsTuple:
    """Return the terms in the order of the contract's struct."""
    return (
        terms.seller,
        terms.buyer,
        terms.token,
        terms.amount,
        terms.arbiter,
        terms.fee_recipient,
        terms.fee_bps,
        terms.pay_by,
        terms.confirm_window,
        terms.arbitration_window,
        terms.fallback_buyer_bps,
        bytes.fromhex(terms.details[2:]),
        terms.salt,
    )


def _call(domain: Domain, function: str, *args: object, value: int = 0) -> Call:
    return Call(to=domain.contract, data=abi.encode_call(function, *args), value=value, chain_id=domain.chain_id)


def _bytes(signature: str) -> bytes:
    if not signature.startswith("0x"):
        raise ValueError("a signature is 0x-hex")
    return bytes.fromhex(signature[2:])


def _parts(signature: str) -> tuple[int, bytes, bytes]:
    """Return (v, r, s) of a 65-byte signature, as tokens want it. Raises `ValueError` for any other."""
    raw = _bytes(signature)
    if len(raw) != 65:
        raise ValueError("a token takes signatures of 65 bytes only")
    return raw[64], raw[:32], raw[32:64]
