"""Bodies of the trade room: keys, ciphertext and the sealed payment details. The node can read none of it."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from exchange.api.schemas.fields import Address, Body, Hex32, Hex64, Moment, Shown, Signature

# Exact fields, sizes and signatures of messages and envelopes are checked by the chat itself.
Sealed = Annotated[dict[str, Any], Field(description="See docs/api.md: header, ct, commit, sig.")]
Seq = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Enrol(Body):
    """`PUT /chat/identity`: the Ed25519 key and the wallet's signature that binds it; `backup` is opaque."""

    public_key: Hex32
    wallet_signature: Signature
    backup: Annotated[str, StringConstraints(max_length=4096)] | None = None


class Identity(Shown):
    """One's own chat identity."""

    public_key: Hex32
    wallet_signature: str
    backup: str | None
    created_at: Moment


class PublishKey(Body):
    """`PUT /trades/{id}/chat-key`: the X25519 key for this trade, signed by the identity key."""

    public_key: Hex32
    signature: Hex64


class PartyKeys(Shown):
    """The keys of one party."""

    account: Address
    identity_key: Hex32
    wallet_signature: str
    public_key: Hex32
    signature: Hex64


class Keys(Shown):
    """The keys of both parties, as far as they are there."""

    items: list[PartyKeys]
    next: None


class SendMessage(Body):
    """`POST /trades/{id}/messages`."""

    msg: Sealed


class Message(Shown):
    """A message with the place and time the node gave it."""

    seq: int
    received_at: Moment
    msg: dict[str, Any]


class Messages(Shown):
    """Messages after `after`, in order, and the newest seq there is."""

    items: list[Message]
    head: int
    next: str | None


class Sent(Shown):
    """The place of a message; the same for a repeated one."""

    seq: int
    n: int


class HandOver(Body):
    """`PUT /trades/{id}/payment-details`."""

    envelope: Sealed


class PaymentDetails(Shown):
    """The sealed payment details."""

    envelope: dict[str, Any]


class Read(Body):
    """`POST /trades/{id}/read`: how far one has read the log."""

    seq: Seq
    delivered: bool = False


class Mark(Shown):
    """How far one party has received and read the log."""

    account: Address
    delivered: int
    read: int


class Marks(Shown):
    """How far each party has received and read the log."""

    items: list[Mark]
    next: None


class ChangeSettings(Body):
    """`PUT /chat/settings`: what the other side may see, and what the Enter key does."""

    shows_presence: bool
    shows_typing: bool
    shows_read: bool
    enter_sends: bool


class Settings(Shown):
    """What the other side may see, and what the Enter key does."""

    shows_presence: bool
    shows_typing: bool
    shows_read: bool
    enter_sends: bool


class Relay(Shown):
    """A pass to the TURN relay (RFC 8656, RFC 7065); fit to be given to `RTCPeerConnection` as an ICE server."""

    urls: list[str]
    username: str
    credential: str
    expires_at: Moment
