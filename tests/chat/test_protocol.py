"""The reference client against the shared vectors, and against damage."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from escrow import signatures
from escrow.terms import digest
from exchange.chat import keys, protocol
from exchange.core.hashing import GENESIS, canonical
from tests.chat import vectors

CONVERSATIONS: list[dict[str, Any]] = json.loads(vectors.FILE.read_text())["conversations"]


def test_the_vector_file_is_what_the_builder_says() -> None:
    assert json.loads(vectors.FILE.read_text()) == json.loads(json.dumps(vectors.build()))


@pytest.mark.parametrize("talk", CONVERSATIONS, ids=lambda talk: talk["name"])
@pytest.mark.parametrize("name", ["sara", "ben"])
def test_a_wallet_signature_gives_every_key_of_a_person(talk: dict[str, Any], name: str) -> None:
    person = talk["people"][name]
    assert signatures.recover(digest(person["seed_typed_data"]), person["seed_signature"]) == person["address"]
    assert signatures.recover(digest(person["identity_typed_data"]), person["wallet_signature"]) == person["address"]
    signature = bytes.fromhex(person["seed_signature"][2:])
    seed = keys.derive_seed(signature, account=person["address"], host=talk["host"])
    assert seed.hex() == person["seed"]
    identity = keys.derive_identity(seed)
    assert bytes(identity.verify_key).hex() == person["identity_key"]
    secret = keys.derive_trade_secret(seed, trade_id=talk["trade_id"])
    assert keys.public_half(secret).hex() == person["trade_public_key"]
    words = keys.trade_key_words(person["trade_public_key"], trade_id=talk["trade_id"])
    keys.check_signature(words, signature=person["trade_key_signature"], identity_key=person["identity_key"])


@pytest.mark.parametrize("talk", CONVERSATIONS, ids=lambda talk: talk["name"])
def test_both_sides_derive_the_same_root(talk: dict[str, Any]) -> None:
    sara, ben = talk["people"]["sara"], talk["people"]["ben"]
    for mine, theirs in ((sara, ben), (ben, sara)):
        assert vectors.root_of(mine, theirs, trade_id=talk["trade_id"]).hex() == talk["root"]


@pytest.mark.parametrize("talk", CONVERSATIONS, ids=lambda talk: talk["name"])
def test_every_message_opens_and_follows_the_one_before(talk: dict[str, Any]) -> None:
    root, last = bytes.fromhex(talk["root"]), {"sara": None, "ben": None}
    for said in talk["messages"]:
        sender = talk["people"][said["from"]]
        key = keys.message_key_at(root, sender=sender["address"], n=said["message"]["n"])
        assert key.hex() == said["message_key"]
        opened = protocol.open_message(said["message"], key=key, identity_key=sender["identity_key"])
        assert opened == said["content"]
        assert protocol.hash_of(said["message"]) == said["hash"]
        protocol.check_follows(said["message"], last=last[said["from"]])
        last[said["from"]] = said["message"]


@pytest.mark.parametrize("talk", CONVERSATIONS, ids=lambda talk: talk["name"])
def test_damaged_messages_are_refused(talk: dict[str, Any]) -> None:
    ben = talk["people"]["ben"]
    key = bytes.fromhex(talk["messages"][-1]["message_key"])
    for damaged in talk["must_fail"]:
        with pytest.raises(protocol.Unreadable):
            protocol.open_message(damaged["message"], key=key, identity_key=ben["identity_key"])


@pytest.mark.parametrize("talk", CONVERSATIONS, ids=lambda talk: talk["name"])
def test_payment_details_open_for_both_sides_only(talk: dict[str, Any]) -> None:
    sara, details = talk["people"]["sara"], talk["payment_details"]
    root = bytes.fromhex(talk["root"])
    fields = protocol.open_details(details["envelope"], root=root, identity_key=sara["identity_key"])
    assert fields == details["fields"]
    with pytest.raises(protocol.Unreadable):
        protocol.open_details(details["envelope"], root=bytes(32), identity_key=sara["identity_key"])


def test_a_message_out_of_order_does_not_follow() -> None:
    first, _, third = [said["message"] for said in CONVERSATIONS[0]["messages"] if said["from"] == "sara"]
    with pytest.raises(protocol.Unreadable, match="missing"):
        protocol.check_follows(third, last=first)
    with pytest.raises(protocol.Unreadable, match="altered"):
        protocol.check_follows({**third, "prev": "11" * 32}, last={**first, "n": 2})
    with pytest.raises(protocol.Unreadable, match="missing"):
        protocol.check_follows(third, last=None)


def test_the_first_message_alone_has_no_message_before_it() -> None:
    facts: dict[str, Any] = {
        "key": bytes(32),
        "identity": SigningKey(bytes(32)),
        "trade_id": "0x" + "ab" * 32,
        "sender": "0x" + "00" * 20,
        "sent_at": "2026-11-22T15:00:00.000Z",
    }
    for n, prev in ((1, "11" * 32), (2, GENESIS)):
        with pytest.raises(protocol.Unreadable):
            protocol.seal({"type": "text", "text": "x"}, n=n, prev=prev, **facts)


@pytest.mark.parametrize("point", [bytes(32), bytes([1]) + bytes(31), b"short"])
def test_a_key_of_small_order_gives_no_root(point: bytes) -> None:
    with pytest.raises(keys.BadKey):
        keys.derive_root(bytes(range(32)), their_key=point, trade_id="0x" + "ab" * 32)


@given(st.binary(max_size=2000))
def test_padding_is_undone_and_hides_the_length(plaintext: bytes) -> None:
    padded = protocol.pad(plaintext)
    assert protocol.unpad(padded) == plaintext
    assert len(padded) % protocol.STEP == 0
    assert 0 < len(padded) - len(plaintext) <= protocol.STEP


@given(st.binary(max_size=600))
def test_broken_padding_is_noticed(data: bytes) -> None:
    try:
        plaintext = protocol.unpad(data)
    except protocol.Unreadable:
        return
    assert protocol.pad(plaintext) == data


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=500), st.integers(1, 5))
def test_any_text_comes_back_as_it_was_written(text: str, n: int) -> None:
    root, identity = bytes(range(32)), SigningKey(bytes(32))
    sender, trade_id = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x" + "cd" * 32
    key = keys.message_key_at(root, sender=sender, n=n)
    message = protocol.seal(
        {"type": "text", "text": text},
        key=key,
        identity=identity,
        trade_id=trade_id,
        sender=sender,
        n=n,
        prev=GENESIS if n == 1 else "22" * 32,
        sent_at="2026-11-22T15:00:00.000Z",
    )
    travelled = json.loads(json.dumps(message))
    opened = protocol.open_message(travelled, key=key, identity_key=bytes(identity.verify_key).hex())
    assert opened == {"type": "text", "text": text}
    assert canonical(travelled) == canonical(message)


def test_a_message_key_opens_no_other_message() -> None:
    talk = CONVERSATIONS[0]
    sara = talk["people"]["sara"]
    first, second = [said for said in talk["messages"] if said["from"] == "sara"][:2]
    with pytest.raises(protocol.Unreadable):
        protocol.open_message(
            second["message"], key=bytes.fromhex(first["message_key"]), identity_key=sara["identity_key"]
        )
