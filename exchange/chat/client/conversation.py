"""One conversation as a device knows it: reads messages in order, says what is wrong with any, writes the next one.

The browser's twin is `frontend/src/chat/conversation.ts`. Pure: whoever holds it brings the time and the log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nacl.signing import SigningKey

from exchange.chat import keys, protocol
from exchange.core.hashing import GENESIS

# No honest log makes anybody walk further at once.
LONGEST_GAP = 5_000


@dataclass(slots=True, kw_only=True)
class Side:
    """One party's messages so far: `chain` stands before message `n + 1`, whose `prev` is `hash`."""

    address: str
    identity_key: str
    chain: bytes
    n: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a message turned out to be; `problem` says why it cannot be read or what is odd, empty when all is well."""

    sender: str
    content: Mapping[str, Any] | None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message on its way, with its content in case it must be sealed again."""

    content: Mapping[str, Any]
    message: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Conversation:
    """Both sides' chains, from the root that only the two of them can derive."""

    trade_id: str
    identity: SigningKey
    mine: Side
    theirs: Side
    # What was written and the log has not shown yet, oldest first.
    waiting: list[Waiting] = field(default_factory=list)

    @classmethod
    def between(
        cls, *, trade_id: str, root: bytes, identity: SigningKey, me: str, peer: str, peer_key: str
    ) -> "Conversation":
        """Return the conversation of `me` with `peer`, whose identity key is `peer_key` (hex), before any message."""
        own = bytes(identity.verify_key).hex()
        return cls(
            trade_id=trade_id,
            identity=identity,
            mine=Side(address=me, identity_key=own, chain=keys.first_chain(root, sender=me)),
            theirs=Side(address=peer, identity_key=peer_key, chain=keys.first_chain(root, sender=peer)),
        )

    def read(self, message: Mapping[str, Any]) -> Reading:
        """Read the next message of the log. Never raises: a bad message must not hide the good ones after it."""
        sender = str(message.get("sender"))
        side = self.mine if sender == self.mine.address else self.theirs
        try:
            return self._read(message, side)
        except (protocol.Unreadable, TypeError, ValueError, KeyError) as error:
            return Reading(sender=sender, content=None, problem=str(error) or "It cannot be read.")

    def write(self, content: Mapping[str, Any], *, sent_at: str) -> dict[str, Any]:
        """Return the next message of mine, after the log's last one and all that wait. It waits until it is read."""
        last = self.waiting[-1].message if self.waiting else None
        n = last["n"] + 1 if last else self.mine.n + 1
        message = protocol.seal(
            content,
            key=keys.message_key(_walk(self.mine.chain, n - self.mine.n - 1)),
            identity=self.identity,
            trade_id=self.trade_id,
            sender=self.mine.address,
            n=n,
            prev=protocol.hash_of(last) if last else self.mine.hash,
            sent_at=sent_at,
        )
        self.waiting.append(Waiting(content=content, message=message))
        return message

    def seal_again(self) -> bool:
        """Put what waits after the log's last message if another device of mine wrote in between; whether it did."""
        if not self.waiting:
            return False
        first = self.waiting[0].message
        if first["n"] == self.mine.n + 1 and first["prev"] == self.mine.hash:
            return False
        again, self.waiting = self.waiting, []
        for one in again:
            self.write(one.content, sent_at=str(one.message["sent_at"]))
        return True

    def _read(self, message: Mapping[str, Any], side: Side) -> Reading:
        if message["sender"] != side.address:
            raise protocol.Unreadable("It is from neither of you.")
        if message["trade"] != self.trade_id:
            raise protocol.Unreadable("It was written for another trade.")
        n = int(message["n"])
        if n <= side.n:
            raise protocol.Unreadable("It repeats or rewrites an earlier message.")
        if n - side.n > LONGEST_GAP:
            raise protocol.Unreadable("Its counter is out of all order.")
        chain = _walk(side.chain, n - side.n - 1)
        content = protocol.open_message(message, key=keys.message_key(chain), identity_key=side.identity_key)
        problem = ""
        if n != side.n + 1:
            problem = "A message is missing before this one."
        elif message["prev"] != side.hash:
            problem = "The message before this one was altered."
        side.chain, side.n, side.hash = keys.next_chain(chain), n, protocol.hash_of(message)
        if side is self.mine:
            # Another message with this counter is another device's: what waits is kept, to be sealed again.
            self.waiting = [one for one in self.waiting if protocol.hash_of(one.message) != side.hash]
        return Reading(sender=side.address, content=content, problem=problem)


def _walk(chain: bytes, steps: int) -> bytes:
    for _ in range(steps):
        chain = keys.next_chain(chain)
    return chain
