"""Bodies of what a case is decided on: disclosed message keys, evidence, what the arbiter asks for."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from exchange.api.schemas.chat import PartyKeys
from exchange.api.schemas.fields import Address, Body, Hex32, Hex64, Moment, Shown, Signature

Side = Literal["buyer", "seller"]
Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]*={0,2}$")]
SealedKeys = Annotated[
    dict[str, str], Field(max_length=12, description="Reader's public key (hex) to the file key sealed to it (base64).")
]
Count = Annotated[int, Field(ge=1, le=2**31 - 1)]


class PublishCaseKey(Body):
    """`PUT /arbiter/cases/{id}/key`: the X25519 key this case is read with, vouched for by identity and wallet."""

    identity_key: Hex32
    wallet_signature: Signature
    public_key: Hex32
    signature: Hex64


class CaseKey(Shown):
    """The key a case is read with (null before it is published), and its secret (base64) if it was sealed to you."""

    arbiter_key: PartyKeys | None
    sealed: str


class Colleague(Shown):
    """A member of the panel asked to sign; `has_key` once the case was shared under this very chat key."""

    account: Address
    name: str
    identity_key: Hex32
    wallet_signature: str
    has_key: bool


class Colleagues(Shown):
    """All members asked to sign who have set up their chat key."""

    items: list[Colleague]
    next: None


class ShareCaseKey(Body):
    """`PUT /arbiter/cases/{id}/colleagues/{address}`: the secret, sealed to the X25519 form of `identity_key`."""

    identity_key: Hex32
    sealed: Annotated[str, StringConstraints(max_length=128)]


class Shared(Shown):
    """Who can read the case from now on."""

    account: Address
    has_key: bool


class MessageKey(Body):
    """The key of `sender`'s message `n` as a libsodium sealed box to the arbiter's key."""

    sender: Address
    n: Count
    sealed: Annotated[str, StringConstraints(max_length=128)]


class Disclose(Body):
    """`POST /trades/{id}/disclosures`: hand message keys to the arbiter."""

    items: Annotated[list[MessageKey], Field(min_length=1, max_length=500)]


class Handed(Shown):
    """A message whose key was handed over."""

    sender: Address
    n: int


class Disclosures(Shown):
    """The key to seal to (null until the arbiter has opened the case), and what one has handed over to it."""

    arbiter_key: PartyKeys | None
    items: list[Handed]
    next: None


class AddEvidence(Body):
    """`POST /trades/{id}/evidence`: announce an encrypted file; its chunks of 256 KiB follow."""

    note: Annotated[str, StringConstraints(max_length=500)]
    manifest: Annotated[str, StringConstraints(max_length=2048)]
    size: Annotated[int, Field(ge=1, le=10 * 1024 * 1024)]
    digest: Hex32
    sealed: SealedKeys


class ShareEvidence(Body):
    """`PUT /trades/{id}/evidence/{n}/readers`: seal one's own file to further readers."""

    sealed: SealedKeys


class Chunk(Body):
    """A part of the ciphertext, base64."""

    data: Annotated[str, StringConstraints(max_length=360_000)]


class ShownChunk(Shown):
    """A part of the ciphertext, base64."""

    data: str


class Evidence(Shown):
    """A file of a case; only those named in `sealed` can open it. `missing` lists chunks that have not arrived."""

    id: int
    side: Side
    note: str
    manifest: str
    size: int
    digest: Hex32
    chunks: int
    sealed: dict[str, str]
    at: Moment
    complete: bool
    missing: list[int]


class EvidenceList(Shown):
    """All files of a case, oldest first."""

    items: list[Evidence]
    next: None


class Recuse(Body):
    """`POST /arbiter/cases/{id}/recusal`."""

    reason: Annotated[str, StringConstraints(max_length=600)]


class AskEvidence(Body):
    """`POST /arbiter/cases/{id}/requests`: who is to show what, by when (RFC 3339)."""

    side: Literal["buyer", "seller", "both"]
    text: Annotated[str, StringConstraints(max_length=1200)]
    due_at: Moment


class Request(Shown):
    """What the arbiter asked for."""

    side: str
    text: str
    due_at: Moment
    at: Moment


class Transcript(Shown):
    """Log, keys of the people, and sealed message keys: what the arbiter's client opens and judges."""

    host: str
    trade: str
    head: int
    people: list[PartyKeys]
    items: list[dict[str, Any]]
    disclosures: list[dict[str, Any]]
