"""A chat client for the actors: derives keys from the wallet, publishes them, and writes messages."""

from dataclasses import dataclass, field
from typing import Any

from nacl.signing import SigningKey

from exchange.chat import actions, enrolment, keys, protocol
from exchange.core import clock
from exchange.core.hashing import GENESIS
from tests.builders import Actor
from tests.trade_builders import Deal


@dataclass(kw_only=True)
class Client:
    """One person's chat in one trade; `root` is known once both have published their keys."""

    actor: Actor
    deal: Deal
    identity: SigningKey
    secret: bytes
    root: bytes = b""
    sent: list[dict[str, Any]] = field(default_factory=list)

    @property
    def identity_key(self) -> str:
        """The public half of the identity, hex."""
        return bytes(self.identity.verify_key).hex()

    @property
    def public_key(self) -> str:
        """The public half of the trade key, hex."""
        return keys.public_half(self.secret).hex()

    def enrol(self, *, backup: str | None = None) -> None:
        """Publish the identity, vouched for by the wallet."""
        typed_data = keys.identity_typed_data(self.actor.address, identity_key=self.identity_key, host=enrolment.host())
        actions.enrol(
            by=self.actor.account,
            public_key=self.identity_key,
            wallet_signature=self.actor.sign(dict(typed_data)),
            backup=backup,
            now=clock.now(),
        )

    def publish(self) -> None:
        """Publish the trade key, vouched for by the identity."""
        signature = keys.sign_trade_key(self.identity, public_key=self.public_key, trade_id=self.deal.trade.trade_id)
        actions.publish_trade_key(
            self.deal.code,
            by=self.actor.account,
            public_key=self.public_key,
            signature=signature,
            now=clock.now(),
        )

    def write(self, text: str, **changes: Any) -> dict[str, Any]:
        """Return the next message without sending it; `changes` are of its header."""
        n = int(changes.get("n", len(self.sent) + 1))
        facts: dict[str, Any] = {
            "trade_id": self.deal.trade.trade_id,
            "sender": self.actor.address,
            "n": n,
            "prev": protocol.hash_of(self.sent[-1]) if self.sent else GENESIS,
            "sent_at": "2026-11-22T15:00:00.000Z",
            **changes,
        }
        key = keys.message_key_at(self.root, sender=self.actor.address, n=n)
        return protocol.seal({"type": "text", "text": text}, key=key, identity=self.identity, **facts)

    def send(self, message: dict[str, Any]) -> tuple[int, bool]:
        """Send a message and return its place and whether it is new."""
        answer = actions.append_message(self.deal.code, by=self.actor.account, msg=message, now=clock.now())
        if answer[1]:
            self.sent.append(message)
        return answer

    def say(self, text: str) -> int:
        """Write and send, and return the place in the log."""
        return self.send(self.write(text))[0]

    def details(self, **changes: Any) -> dict[str, Any]:
        """Return the sealed account details."""
        facts: dict[str, Any] = {
            "trade_id": self.deal.trade.trade_id,
            "sender": self.actor.address,
            "method": self.deal.trade.method.slug,
            **changes,
        }
        fields = {"holder": "Sara Sørensen", "iban": "DE89370400440532013000"}
        return protocol.seal_details(fields, root=self.root, identity=self.identity, **facts)


def client(actor: Actor, deal: Deal) -> Client:
    """Return an actor's client before anything is published."""
    host = enrolment.host()
    signed = bytes.fromhex(actor.sign(dict(keys.seed_typed_data(actor.address, host=host)))[2:])
    seed = keys.derive_seed(signed, account=actor.address, host=host)
    secret = keys.derive_trade_secret(seed, trade_id=deal.trade.trade_id)
    return Client(actor=actor, deal=deal, identity=keys.derive_identity(seed), secret=secret)


def open_chat(deal: Deal) -> tuple[Client, Client]:
    """Return seller's and buyer's clients, both enrolled and with the same root."""
    pair = client(deal.seller, deal), client(deal.buyer, deal)
    for one, other in (pair, pair[::-1]):
        one.enrol()
        one.publish()
        their_key = keys.public_half(other.secret)
        one.root = keys.derive_root(one.secret, their_key=their_key, trade_id=deal.trade.trade_id)
    return pair
