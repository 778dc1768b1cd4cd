"""Builds `tests/vectors/chat.json`: whole conversations with every key on the way, for Python and the browser alike.

`python -m tests.chat.vectors` writes the file anew; `test_protocol.py` fails if it no longer says what this builds.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from nacl.signing import SigningKey

from exchange.chat import keys, protocol
from exchange.core.hashing import GENESIS, canonical

FILE = Path(__file__).resolve().parent.parent / "vectors" / "chat.json"
MNEMONIC = "test test test test test test test test test test test junk"
HOST = "localhost:8000"
Person = dict[str, Any]


def wallet(index: int) -> LocalAccount:
    """Return Anvil's development account `index`."""
    Account.enable_unaudited_hdwallet_features()
    account: LocalAccount = Account.from_mnemonic(MNEMONIC, account_path=f"m/44'/60'/0'/0/{index}")
    return account


def sign(signer: LocalAccount, typed_data: dict[str, Any]) -> str:
    """Return the wallet's 65-byte signature of an EIP-712 object, 0x-hex."""
    return "0x" + bytes(signer.sign_typed_data(full_message=typed_data).signature).hex()


def person(name: str, *, index: int, host: str, trade_id: str) -> Person:
    """Return everything one party derives for one trade."""
    signer = wallet(index)
    seed_typed_data = keys.seed_typed_data(signer.address, host=host)
    seed_signature = sign(signer, seed_typed_data)
    seed = keys.derive_seed(bytes.fromhex(seed_signature[2:]), account=signer.address, host=host)
    identity = keys.derive_identity(seed)
    identity_key = bytes(identity.verify_key).hex()
    identity_typed_data = keys.identity_typed_data(signer.address, identity_key=identity_key, host=host)
    trade_secret = keys.derive_trade_secret(seed, trade_id=trade_id)
    public_key = keys.public_half(trade_secret).hex()
    return {
        "name": name,
        "address": signer.address,
        "wallet_private_key": "0x" + bytes(signer.key).hex(),
        "seed_typed_data": seed_typed_data,
        "seed_signature": seed_signature,
        "seed": seed.hex(),
        "identity_secret": bytes(identity).hex(),
        "identity_key": identity_key,
        "identity_typed_data": identity_typed_data,
        "wallet_signature": sign(signer, identity_typed_data),
        "trade_secret": trade_secret.hex(),
        "trade_public_key": public_key,
        "trade_key_words": keys.trade_key_words(public_key, trade_id=trade_id).decode(),
        "trade_key_signature": keys.sign_trade_key(identity, public_key=public_key, trade_id=trade_id),
    }


def nonce(label: str) -> bytes:
    """Return a fixed nonce, so that the file can be built again; real clients draw theirs at random."""
    return hashlib.sha256(label.encode()).digest()[: protocol.NONCE]


def root_of(mine: Person, theirs: Person, *, trade_id: str) -> bytes:
    """Return the conversation root as `mine` derives it."""
    secret, public = bytes.fromhex(mine["trade_secret"]), bytes.fromhex(theirs["trade_public_key"])
    return keys.derive_root(secret, their_key=public, trade_id=trade_id)


def say(sender: Person, text: str, *, root: bytes, trade_id: str, last: dict[str, Any] | None) -> dict[str, Any]:
    """Return one message with every value on the way to it."""
    n = last["n"] + 1 if last else 1
    chain = keys.first_chain(root, sender=sender["address"])
    for _ in range(n - 1):
        chain = keys.next_chain(chain)
    key = keys.message_key(chain)
    pair = keys.split_key(key)
    content = {"type": "text", "text": text}
    message = protocol.seal(
        content,
        key=key,
        identity=SigningKey(bytes.fromhex(sender["identity_secret"])),
        trade_id=trade_id,
        sender=sender["address"],
        n=n,
        prev=protocol.hash_of(last) if last else GENESIS,
        sent_at=f"2026-11-22T15:00:{n:02d}.{n:03d}Z",
        nonce=nonce(f"{trade_id}:{sender['name']}:{n}"),
    )
    return {
        "from": sender["name"],
        "content": content,
        "chain": chain.hex(),
        "message_key": key.hex(),
        "enc": pair.enc.hex(),
        "com": pair.com.hex(),
        "nonce": nonce(f"{trade_id}:{sender['name']}:{n}").hex(),
        "plaintext": canonical(content).decode(),
        "padded": protocol.pad(canonical(content)).hex(),
        "aad": canonical({name: message[name] for name in protocol.HEADER}).decode(),
        "signed": canonical({name: value for name, value in message.items() if name != "sig"}).decode(),
        "message": message,
        "hash": protocol.hash_of(message),
    }


def damaged(said: dict[str, Any], sender: Person) -> list[dict[str, Any]]:
    """Return copies of a message that no reader may accept, each with the reason."""
    message, identity = said["message"], SigningKey(bytes.fromhex(sender["identity_secret"]))

    def signed_again(**changes: Any) -> dict[str, Any]:
        rest = {name: value for name, value in (message | changes).items() if name != "sig"}
        return {**rest, "sig": identity.sign(canonical(rest)).signature.hex()}

    other = SigningKey(hashlib.sha256(b"mallory").digest())
    rest = {name: value for name, value in message.items() if name != "sig"}
    return [
        {"why": "signature by somebody else", "message": {**rest, "sig": other.sign(canonical(rest)).signature.hex()}},
        {"why": "text swapped after signing", "message": {**message, "ct": message["ct"][:-8] + "AAAAAAA="}},
        {
            "why": "sender signed another time than was sealed",
            "message": signed_again(sent_at="2026-11-22T16:00:00.000Z"),
        },
        {"why": "another counter signed than sealed", "message": signed_again(n=message["n"] + 1)},
        {"why": "commitment to another text", "message": signed_again(commit="00" * 32)},
    ]


def conversation(name: str, *, host: str, trade_id: str, sara: list[str], ben: list[str]) -> dict[str, Any]:
    """Return one whole conversation: Sara and Ben speak in turn."""
    people = {
        "sara": person("sara", index=1, host=host, trade_id=trade_id),
        "ben": person("ben", index=2, host=host, trade_id=trade_id),
    }
    root = root_of(people["sara"], people["ben"], trade_id=trade_id)
    assert root == root_of(people["ben"], people["sara"], trade_id=trade_id)
    last: dict[str, dict[str, Any] | None] = {"sara": None, "ben": None}
    log: list[dict[str, Any]] = []
    for pair in zip(sara, ben, strict=True):
        for who, text in zip(("sara", "ben"), pair, strict=True):
            log.append(say(people[who], text, root=root, trade_id=trade_id, last=last[who]))
            last[who] = log[-1]["message"]
    method, fields = "sepa-instant", {"holder": "Sara Sørensen", "iban": "DE89370400440532013000", "bank": ""}
    envelope = protocol.seal_details(
        fields,
        root=root,
        identity=SigningKey(bytes.fromhex(people["sara"]["identity_secret"])),
        trade_id=trade_id,
        sender=people["sara"]["address"],
        method=method,
        nonce=nonce(f"{trade_id}:details"),
    )
    details_pair = keys.split_key(keys.details_key(root))
    return {
        "name": name,
        "host": host,
        "trade_id": trade_id,
        "people": people,
        "root": root.hex(),
        "messages": log,
        "payment_details": {
            "method": method,
            "fields": fields,
            "key": keys.details_key(root).hex(),
            "enc": details_pair.enc.hex(),
            "com": details_pair.com.hex(),
            "nonce": nonce(f"{trade_id}:details").hex(),
            "plaintext": canonical({"fields": fields}).decode(),
            "aad": canonical({field: envelope[field] for field in protocol.DETAILS_HEADER}).decode(),
            "envelope": envelope,
        },
        "must_fail": damaged(log[-1], people["ben"]),
    }


def build() -> dict[str, Any]:
    """Return the whole file. The long texts end exactly at and one byte around a padding step."""
    frame = len(canonical({"type": "text", "text": ""}))
    return {
        "about": "Conversations of the chat protocol with every key on the way. Hex without 0x unless shown with it.",
        "paddings": [
            {"length": length, "padded": protocol.pad(b"x" * length).hex()} for length in (0, 1, 254, 255, 256, 511)
        ],
        "conversations": [
            conversation(
                "plain",
                host=HOST,
                trade_id="0x" + hashlib.sha256(b"first trade").hexdigest(),
                sara=["Hello Ben.", "Please leave the reference blank.", "Thank you!"],
                ben=["Hi Sara, I pay from my own account.", "Sent.", "Bye."],
            ),
            conversation(
                "unusual text and lengths",
                host="parley.example",
                trade_id="0x" + hashlib.sha256(b"second trade").hexdigest(),
                sara=["", "a" * (255 - frame), 'quote " slash \\ / tab \t line\nend \u2028 \u007f \u0001'],
                ben=["€ 🐍 🧵 ﷽ é e\u0301", "b" * (256 - frame), "<script>alert(1)</script>" * 20],
            ),
        ],
    }


def main() -> None:
    """Write the file."""
    FILE.write_text(json.dumps(build(), indent=1, ensure_ascii=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
