"""What the clients of a case do: Carol's key, sealed message keys, encrypted files. PyNaCl stands for the browser."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey

from exchange.chat import enrolment, keys
from exchange.core import clock
from exchange.disputes import actions
from exchange.disputes.disclosures import SealedKey
from exchange.disputes.models import CaseKey
from tests.builders import Actor
from tests.chat.people import Client
from tests.trade_builders import Deal


@dataclass(frozen=True)
class Desk:
    """An arbiter's keys for one case."""

    actor: Actor
    identity: SigningKey
    wallet_signature: str
    secret: bytes

    @property
    def public_key(self) -> str:
        """What things are sealed to, hex."""
        return keys.public_half(self.secret).hex()

    def open(self, sealed: str) -> bytes:
        """Open what was sealed to this arbiter."""
        return bytes(SealedBox(PrivateKey(self.secret)).decrypt(base64.b64decode(sealed)))

    def publish(self, deal: Deal, **changes: Any) -> CaseKey:
        """Publish the key of the case."""
        facts: dict[str, Any] = {
            "identity_key": bytes(self.identity.verify_key).hex(),
            "wallet_signature": self.wallet_signature,
            "public_key": self.public_key,
            "signature": keys.sign_trade_key(self.identity, public_key=self.public_key, trade_id=deal.trade.trade_id),
            **changes,
        }
        return actions.publish_case_key(deal.code, by=self.actor.account, now=clock.now(), **facts)

    def enrol(self) -> None:
        """Set up this arbiter's chat identity, as the browser does at the first unlocking."""
        enrolment.enrol(
            by=self.actor.account,
            public_key=bytes(self.identity.verify_key).hex(),
            wallet_signature=self.wallet_signature,
            now=clock.now(),
        )

    def open_shared(self, box: str) -> bytes:
        """Open what a colleague sealed to this arbiter's chat identity."""
        return bytes(SealedBox(self.identity.to_curve25519_private_key()).decrypt(base64.b64decode(box)))


def desk(actor: Actor, deal: Deal) -> Desk:
    """Return an arbiter's keys, from the wallet as the browser derives them."""
    host = enrolment.host()
    signed = bytes.fromhex(actor.sign(dict(keys.seed_typed_data(actor.address, host=host)))[2:])
    seed = keys.derive_seed(signed, account=actor.address, host=host)
    identity = keys.derive_identity(seed)
    binding = keys.identity_typed_data(actor.address, identity_key=bytes(identity.verify_key).hex(), host=host)
    return Desk(
        actor=actor,
        identity=identity,
        wallet_signature=actor.sign(dict(binding)),
        secret=keys.derive_trade_secret(seed, trade_id=deal.trade.trade_id),
    )


def sealed(public_key: str, secret: bytes) -> str:
    """Return `secret` as a sealed box, base64."""
    return base64.b64encode(SealedBox(PublicKey(bytes.fromhex(public_key))).encrypt(secret)).decode()


def message_keys(client: Client, *, sender: Actor, counters: range | list[int], to: str) -> list[SealedKey]:
    """Return the keys of `sender`'s messages, sealed to `to`, as `client` can derive them."""
    return [
        SealedKey(
            sender=sender.address,
            n=n,
            sealed=sealed(to, keys.message_key_at(client.root, sender=sender.address, n=n)),
        )
        for n in counters
    ]


def file_facts(data: bytes, *, to: str) -> dict[str, Any]:
    """Return what announces an encrypted file; the ciphertext is any bytes here, the server cannot tell."""
    return {
        "note": "The statement of my bank",
        "manifest": base64.b64encode(b"sealed name, type and size").decode(),
        "size": len(data),
        "digest": hashlib.sha256(data).hexdigest(),
        "sealed": {to: sealed(to, b"k" * 32)},
    }
