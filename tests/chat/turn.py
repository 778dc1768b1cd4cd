"""As much of TURN (RFC 8656) as an attacker needs: an allocation with a pass, over TCP to the relay."""

import hashlib
import hmac
import os
import socket
import struct

COOKIE = b"\x21\x12\xa4\x42"
ALLOCATE, GRANTED, REFUSED = 0x0003, 0x0103, 0x0113
USERNAME, INTEGRITY, ERROR, REALM, NONCE, TRANSPORT = 0x0006, 0x0008, 0x0009, 0x0014, 0x0015, 0x0019


def allocate(port: int, *, username: str, credential: str, protocol: int) -> tuple[int, int]:
    """Ask to relay an IP `protocol` (17 UDP, 6 TCP); return the answer's kind and error code (0: none)."""
    wanted = _attribute(TRANSPORT, bytes([protocol, 0, 0, 0]))
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        _, challenge = _ask(line, wanted)
        realm, nonce = challenge[REALM], challenge[NONCE]
        who = _attribute(USERNAME, username.encode()) + _attribute(REALM, realm) + _attribute(NONCE, nonce)
        key = hashlib.md5(f"{username}:{realm.decode()}:{credential}".encode(), usedforsecurity=False).digest()
        kind, answer = _ask(line, wanted + who, key=key)
    refusal = answer.get(ERROR)
    return kind, refusal[2] * 100 + refusal[3] if refusal else 0


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def _ask(line: socket.socket, attributes: bytes, *, key: bytes | None = None) -> tuple[int, dict[int, bytes]]:
    transaction = os.urandom(12)
    if key is not None:
        # The signed length counts the signature's own 24 bytes (RFC 8489, section 14.5).
        head = struct.pack("!HH", ALLOCATE, len(attributes) + 24) + COOKIE + transaction
        attributes += _attribute(INTEGRITY, hmac.new(key, head + attributes, hashlib.sha1).digest())
    line.sendall(struct.pack("!HH", ALLOCATE, len(attributes)) + COOKIE + transaction + attributes)
    answer = line.recv(2048)
    kind, size = struct.unpack("!HH", answer[:4])
    found, rest = {}, answer[20 : 20 + size]
    while rest:
        name, length = struct.unpack("!HH", rest[:4])
        found[name] = rest[4 : 4 + length]
        rest = rest[4 + length + (-length % 4) :]
    return kind, found
