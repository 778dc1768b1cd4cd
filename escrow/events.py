"""What the contract says happened: one frozen class per event, with the meaning of `contracts/src/IEscrow.sol`.

Amounts are base units, deadlines Unix seconds. `args()` gives the same facts under their Solidity names.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from escrow.terms import Terms

# In the order of the contract's enums: the number in storage is the index here.
STATUSES = ("none", "funded", "paid", "disputed", "released", "refunded", "resolved")
OPEN = frozenset({"funded", "paid", "disputed"})
OVER = frozenset({"released", "refunded", "resolved"})
RESOLUTIONS = ("settled", "ruled", "fallback")


@dataclass(frozen=True, slots=True, kw_only=True)
class Funded:
    """The seller's coins are in."""

    name: ClassVar[str] = "Funded"
    trade_id: str
    terms: Terms

    def args(self) -> dict[str, Any]:
        """Return the arguments by their Solidity names."""
        told = self.terms.to_json() | {"amount": self.terms.amount, "salt": self.terms.salt}
        return {"tradeId": self.trade_id, "seller": self.terms.seller, "buyer": self.terms.buyer, "terms": told}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """The buyer says the fiat is on its way; after `confirm_by` anyone may escalate."""

    name: ClassVar[str] = "Paid"
    trade_id: str
    confirm_by: int

    def args(self) -> dict[str, Any]:
        """Return the arguments by their Solidity names."""
        return {"tradeId": self.trade_id, "confirmBy": self.confirm_by}


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """The arbiter may rule until `rule_by`; `by` is the party that disputed, zero when time did."""

    name: ClassVar[str] = "Disputed"
    trade_id: str
    by: str
    rule_by: int

    def args(self) -> dict[str, Any]:
        """Return the arguments by their Solidity names."""
        return {"tradeId": self.trade_id, "by": self.by, "ruleBy": self.rule_by}


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """The seller let the coins go; `to_buyer + fee` is the whole amount."""

    name: ClassVar[str] = "Released"
    trade_id: str
    to_buyer: int
    fee: int

    def args(self) -> dict[str, Any]:
        """Return the arguments by their Solidity names."""
        return {"tradeId": self.trade_id, "toBuyer": self.to_buyer, "fee": self.fee}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    """The whole amount went back to the seller; `expired` tells a timeout from the buyer's cancel."""

    name: ClassVar[str] = "Refunded"
    trade_id: str
    to_seller: int
    expired: bool

    def args(self) -> dict[str, Any]:
        """Return the arguments by their Solidity names."""
        return {"tradeId": self.trade_id, "toSeller": self.to_seller, "expired": self.expired}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The amount was split; `how` is an index of `RESOLUTIONS`, `buyer_bps` the buyer's share before the fee."""

    name: ClassVar[str] = "Resolved"
    trade_id: str
    how: int
    buyer_bps: int
    reason_code: int
    to_buyer: int
    to_seller: int
    fee: int

    def args(self) -> dict[str, Any]:
        """Return the arguments by their Solidity names."""
        return {
            "tradeId": self.trade_id,
            "how": self.how,
            "buyerBps": self.buyer_bps,
            "reasonCode": self.reason_code,
            "toBuyer": self.to_buyer,
            "toSeller": self.to_seller,
            "fee": self.fee,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """A payout could not be pushed and waits for `withdraw`. Fees are credited without this event."""

    name: ClassVar[str] = "Credited"
    trade_id: str
    account: str
    token: str
    amount: int

    def args(self) -> dict[str, Any]:
        """Return the arguments by their Solidity names."""
        return {"tradeId": self.trade_id, "account": self.account, "token": self.token, "amount": self.amount}


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """`account`'s whole credit in `token` was sent to `to`; belongs to no trade."""

    name: ClassVar[str] = "Withdrawn"
    trade_id: ClassVar[str] = ""
    account: str
    token: str
    to: str
    amount: int

    def args(self) -> dict[str, Any]:
        """Return the arguments by their Solidity names."""
        return {"account": self.account, "token": self.token, "to": self.to, "amount": self.amount}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A party or the arbiter put a document on record; `uri` is text from a stranger and must be escaped when shown."""

    name: ClassVar[str] = "Evidence"
    trade_id: str
    arbiter: str
    party: str
    content_hash: str
    uri: str

    def args(self) -> dict[str, Any]:
        """Return the arguments by their Solidity names."""
        return {
            "arbiter": self.arbiter,
            "tradeId": self.trade_id,
            "party": self.party,
            "contentHash": self.content_hash,
            "uri": self.uri,
        }


Event = Funded | Paid | Disputed | Released | Refunded | Resolved | Credited | Withdrawn | Evidence
