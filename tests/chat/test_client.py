"""The reference client: reads what the other wrote, notices what was done to it, and writes on after another device."""

from typing import Any

import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from exchange.chat import keys
from exchange.chat.client.conversation import Conversation
from exchange.core.hashing import canonical

SARA, BEN = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
TRADE = "0x" + "7a" * 32
AT = "2026-11-22T15:00:00.000Z"


def pair() -> tuple[Conversation, Conversation]:
    """Return Sara's and Ben's views of one conversation."""
    secrets = [bytes([number]) * 32 for number in (1, 2)]
    identities = [SigningKey(bytes([number]) * 32) for number in (3, 4)]
    people, made = (SARA, BEN), []
    for mine, theirs in ((0, 1), (1, 0)):
        root = keys.derive_root(secrets[mine], their_key=keys.public_half(secrets[theirs]), trade_id=TRADE)
        peer_key = bytes(identities[theirs].verify_key).hex()
        made.append(
            Conversation.between(
                trade_id=TRADE,
                root=root,
                identity=identities[mine],
                me=people[mine],
                peer=people[theirs],
                peer_key=peer_key,
            )
        )
    return made[0], made[1]


def say(who: Conversation, *texts: str) -> list[dict[str, Any]]:
    return [who.write({"type": "text", "text": text}, sent_at=AT) for text in texts]


def test_both_sides_read_the_same_log() -> None:
    sara, ben = pair()
    log = [*say(sara, "Hello Ben", "Do you see the lock?"), *say(ben, "Yes")]
    for view in (sara, ben):
        readings = [view.read(message) for message in log]
        assert [one.content and one.content["text"] for one in readings] == ["Hello Ben", "Do you see the lock?", "Yes"]
        assert not any(one.problem for one in readings)
    assert sara.waiting == ben.waiting == []


def test_a_dropped_an_altered_and_a_repeated_message_are_noticed() -> None:
    sara, ben = pair()
    one, two, three = say(sara, "one", "two", "three")
    assert ben.read(one).problem == ""
    assert ben.read(three).problem == "A message is missing before this one."
    assert "repeats" in ben.read(two).problem
    forged = {**say(sara, "four")[0], "sender": BEN}
    assert ben.read(forged).content is None
    assert ben.read({"n": "x"}).content is None


def test_what_waits_is_sealed_again_when_another_device_wrote_first() -> None:
    phone, _ = pair()
    laptop, ben = pair()
    say(laptop, "from the laptop")
    (first,) = say(phone, "from the phone")
    assert laptop.read(first).problem == ""
    assert laptop.seal_again() is True
    assert laptop.seal_again() is False
    second = laptop.waiting[0].message
    assert second["n"] == 2
    assert [ben.read(one).problem for one in (first, second)] == ["", ""]


FLAT = st.dictionaries(
    st.text(alphabet=st.characters(max_codepoint=127), max_size=8),
    st.none() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    max_size=8,
)


@given(FLAT)
def test_the_quick_form_of_a_flat_object_is_the_canonical_one(value: dict[str, Any]) -> None:
    assert canonical(value) == rfc8785.dumps(value)
