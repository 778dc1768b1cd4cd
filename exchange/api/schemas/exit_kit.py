"""The body of the exit kit. Its members are read by the exit page as well: they are added to, never renamed."""

from typing import Any, Literal

from exchange.api.schemas.fields import Address, Hash, Shown, Signature, TypedData


class KitAsset(Shown):
    """What the amounts are in."""

    symbol: str
    decimals: int


class KitSight(Shown):
    """What this node last saw on chain; the page reads it anew."""

    status: str
    deadline: int


class KitSignature(Shown):
    """A party's stored consent: to the Terms, or to each take of its offer."""

    by: Address
    what: Literal["terms", "offer"]
    typed_data: TypedData
    signature: Signature


class KitCall(Shown):
    """A call this party, or anyone, may send in one of `status`, between two Unix times (null: no limit set)."""

    act: str
    who: Literal["buyer", "seller", "anyone"]
    function: str
    status: list[str]
    after: int | None
    until: int | None
    to: Address
    data: str
    value: str


class KitSignedCall(Shown):
    """A call a party signed for this node to send, which is not on chain yet: anyone may send it."""

    act: str
    by: Address
    to: Address
    data: str
    value: str


class NodeSignature(Shown):
    """EIP-191 over `Parley exit kit 1`, a line feed, and the SHA-256 of the RFC 8785 form of everything else."""

    scheme: Literal["eip191"]
    address: Address
    signature: Signature


class ExitKit(Shown):
    """`GET /trades/{id}/exit-kit`: everything to finish the trade without this node. Times are Unix seconds."""

    kind: Literal["parley-exit-kit"]
    v: Literal[1]
    made_at: int
    site: str
    trade: str
    trade_id: Hash
    role: Literal["buyer", "seller"]
    chain_id: int
    chain_name: str
    rpc_url: str
    contract: Address
    code_hash: Hash | None
    asset: KitAsset
    terms: dict[str, Any]
    details: dict[str, Any]
    seen: KitSight | None
    signatures: list[KitSignature]
    abi: list[dict[str, Any]]
    calls: list[KitCall]
    signed_calls: list[KitSignedCall]
    node_signature: NodeSignature | None
