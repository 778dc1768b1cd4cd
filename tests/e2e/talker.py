"""The chat of a person who uses the API: keys from the wallet, one message, and its key for the arbiter."""

import base64
from dataclasses import dataclass
from urllib.parse import urlsplit

from nacl.public import PublicKey, SealedBox
from nacl.signing import SigningKey

from exchange.chat import keys
from exchange.chat.client.conversation import Conversation
from tests.e2e.trader import Trader


@dataclass(frozen=True, kw_only=True)
class Talker:
    """One side's keys in one trade."""

    trader: Trader
    trade: str
    trade_id: str
    identity: SigningKey
    secret: bytes

    @classmethod
    def join(cls, trader: Trader, trade: str) -> "Talker":
        """Derive the keys and publish them, as the browser does."""
        host = urlsplit(str(trader.http.base_url)).netloc
        trade_id = str(trader.get(f"/trades/{trade}")["trade_id"])
        signed = bytes.fromhex(trader.sign(dict(keys.seed_typed_data(trader.address, host=host)))[2:])
        seed = keys.derive_seed(signed, account=trader.address, host=host)
        identity = keys.derive_identity(seed)
        own = bytes(identity.verify_key).hex()
        binding = keys.identity_typed_data(trader.address, identity_key=own, host=host)
        trader.put("/chat/identity", {"public_key": own, "wallet_signature": trader.sign(dict(binding))})
        secret = keys.derive_trade_secret(seed, trade_id=trade_id)
        public = keys.public_half(secret).hex()
        vouched = keys.sign_trade_key(identity, public_key=public, trade_id=trade_id)
        trader.put(f"/trades/{trade}/chat-key", {"public_key": public, "signature": vouched})
        return cls(trader=trader, trade=trade, trade_id=trade_id, identity=identity, secret=secret)

    def say_and_show(self, text: str) -> None:
        """Write the first message of this side, and hand its key to the arbiter of the case."""
        published = self.trader.get(f"/trades/{self.trade}/chat-keys")["items"]
        me = self.trader.address
        (peer,) = (one for one in published if one["account"] != me)
        root = keys.derive_root(self.secret, their_key=bytes.fromhex(peer["public_key"]), trade_id=self.trade_id)
        talk = Conversation.between(
            trade_id=self.trade_id,
            root=root,
            identity=self.identity,
            me=me,
            peer=peer["account"],
            peer_key=peer["identity_key"],
        )
        written = talk.write({"type": "text", "text": text}, sent_at="2026-11-22T15:00:00.000Z")
        self.trader.post(f"/trades/{self.trade}/messages", {"msg": written})
        reader = self.trader.get(f"/trades/{self.trade}/disclosures")["arbiter_key"]["public_key"]
        key = keys.message_key_at(root, sender=me, n=1)
        box = base64.b64encode(SealedBox(PublicKey(bytes.fromhex(reader))).encrypt(key)).decode()
        self.trader.post(f"/trades/{self.trade}/disclosures", {"items": [{"sender": me, "n": 1, "sealed": box}]})
