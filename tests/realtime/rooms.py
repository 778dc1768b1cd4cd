"""Many trade rooms at once, for figures and long runs: copies of one agreed trade, each with two people of its own."""

import secrets
from dataclasses import dataclass

from nacl.signing import SigningKey

from exchange.accounts.models import Account
from exchange.chat import keys
from exchange.chat.client.conversation import Conversation
from exchange.chat.models import TradeKey
from exchange.core import clock
from exchange.core.ids import new_code
from exchange.trades.models import Trade
from tests.api.client import token_for
from tests.trade_builders import agreed


@dataclass(frozen=True, kw_only=True)
class Person:
    """One side of a room: its token, and its conversation with the other side."""

    token: str
    account: int
    address: str
    code: str
    trade_id: str
    identity: SigningKey
    conversation: Conversation


def make_rooms(count: int) -> list[tuple[Person, Person]]:
    """Return `count` rooms whose people have published their keys."""
    trade = agreed().trade
    return [_make_room(trade) for _ in range(count)]


def _make_room(pattern: Trade) -> tuple[Person, Person]:
    accounts = [Account.objects.create_user("0x" + secrets.token_hex(20)) for _ in range(2)]
    trade = Trade.objects.get(pk=pattern.pk)
    trade.pk, trade._state.adding = None, True
    trade.code, trade.trade_id = new_code(), "0x" + secrets.token_hex(32)
    trade.seller, trade.buyer = trade.maker, trade.taker = accounts
    trade.save()
    identities, trade_secrets = [SigningKey.generate() for _ in accounts], [secrets.token_bytes(32) for _ in accounts]
    people = []
    for mine, theirs in ((0, 1), (1, 0)):
        me, identity = accounts[mine], identities[mine]
        public_key = keys.public_half(trade_secrets[mine]).hex()
        TradeKey.objects.create(
            trade=trade,
            account=me,
            identity_key=bytes(identity.verify_key).hex(),
            wallet_signature="0x",
            public_key=public_key,
            signature=keys.sign_trade_key(identity, public_key=public_key, trade_id=trade.trade_id),
            created_at=clock.now(),
        )
        root = keys.derive_root(
            trade_secrets[mine], their_key=keys.public_half(trade_secrets[theirs]), trade_id=trade.trade_id
        )
        conversation = Conversation.between(
            trade_id=trade.trade_id,
            root=root,
            identity=identity,
            me=me.address,
            peer=accounts[theirs].address,
            peer_key=bytes(identities[theirs].verify_key).hex(),
        )
        people.append(
            Person(
                token=token_for(me),
                account=me.pk,
                address=me.address,
                code=trade.code,
                trade_id=trade.trade_id,
                identity=identity,
                conversation=conversation,
            )
        )
    return people[0], people[1]
