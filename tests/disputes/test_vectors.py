"""The vectors of a case's cryptography hold in Python too: the browser's twin reproduces them (case.test.ts)."""

import base64
import hashlib
import json
from pathlib import Path

from nacl.public import PrivateKey, SealedBox
from nacl.signing import SigningKey

from exchange.chat.keys import public_half
from exchange.core.hashing import canonical
from exchange.disputes.verdict import ranges

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "case.json").read_text(encoding="utf-8"))


def test_the_sealed_box_opens_with_libsodium() -> None:
    one = VECTORS["sealed_box"]
    secret = bytes.fromhex(one["secret"])
    assert public_half(secret).hex() == one["public"]
    assert SealedBox(PrivateKey(secret)).decrypt(base64.b64decode(one["box"])).hex() == one["plain"]


def test_a_box_for_a_colleague_opens_with_the_identity_by_libsodium() -> None:
    one = VECTORS["identity_box"]
    identity = SigningKey(bytes.fromhex(one["identity_secret"]))
    assert bytes(identity.verify_key).hex() == one["identity"]
    assert bytes(identity.verify_key.to_curve25519_public_key()).hex() == one["public"]
    opened = SealedBox(identity.to_curve25519_private_key()).decrypt(base64.b64decode(one["box"]))
    assert opened.hex() == one["plain"]


def test_the_payers_name_gives_its_commitment() -> None:
    one = VECTORS["payer_name"]
    assert hashlib.sha256(canonical(one["word"])).hexdigest() == one["commitment"]


def test_runs_of_counters_read_alike_on_both_sides() -> None:
    assert all(ranges(numbers) == words for numbers, words in VECTORS["ranges"])
