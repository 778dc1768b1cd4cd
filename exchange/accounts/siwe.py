"""EIP-4361 "Sign-In with Ethereum": the text a wallet signs, built, read strictly and checked. Pure.

The grammar is the ABNF of the ERC's last call: fields in this order, LF line ends, printable ASCII statement, no user
information in the domain, and ERC-55 case in the address. Whatever does not match whole is refused, so nothing can
hide in a line that a wallet shows but a lax parser skips.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from eth_utils.crypto import keccak

from exchange.accounts.addresses import is_checksummed
from exchange.core.errors import Invalid, NotSignedIn

VERSION = "1"
MAX_LENGTH = 4096
# How far a client's clock may run ahead of ours.
SKEW = timedelta(seconds=60)

_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.\-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])"
_PCHAR = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})"
_URI = (
    rf"[A-Za-z][A-Za-z0-9+.\-]*:(?://(?:(?:[A-Za-z0-9\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{{2}})*+@)?(?:{_HOST})?(?::[0-9]*+)?)?"
    rf"(?:{_PCHAR}|/)*+(?:\?(?:{_PCHAR}|[/?])*+)?(?:#(?:{_PCHAR}|[/?])*+)?"
)
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+\-][0-9]{2}:[0-9]{2})"
_MESSAGE = re.compile(
    rf"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*)://)?(?P<domain>{_HOST}(?::[0-9]{{1,5}})?)"
    r" wants you to sign in with your Ethereum account:\n"
    r"(?P<address>0x[0-9a-fA-F]{40})\n\n"
    r"(?:(?P<statement>[\x20-\x7e]+)\n)?\n"
    rf"URI: (?P<uri>{_URI})\n"
    r"Version: (?P<version>1)\n"
    r"Chain ID: (?P<chain_id>[0-9]{1,20})\n"
    r"Nonce: (?P<nonce>[A-Za-z0-9]{8,64})\n"
    rf"Issued At: (?P<issued_at>{_TIME})"
    rf"(?:\nExpiration Time: (?P<expiration_time>{_TIME}))?"
    rf"(?:\nNot Before: (?P<not_before>{_TIME}))?"
    rf"(?:\nRequest ID: (?P<request_id>{_PCHAR}*+))?"
    rf"(?P<resources>\nResources:(?:\n- {_URI})*+)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiweMessage:
    """The fields of one message; times are aware."""

    domain: str
    address: str
    uri: str
    chain_id: int
    nonce: str
    issued_at: datetime
    scheme: str | None = None
    statement: str | None = None
    expiration_time: datetime | None = None
    not_before: datetime | None = None
    request_id: str | None = None
    resources: tuple[str, ...] = ()


def build_message(message: SiweMessage) -> str:
    """Return the exact text a wallet has to sign."""
    lines = [
        (f"{message.scheme}://" if message.scheme else "")
        + f"{message.domain} wants you to sign in with your Ethereum account:",
        message.address,
        "",
        *([message.statement] if message.statement else []),
        "",
        f"URI: {message.uri}",
        f"Version: {VERSION}",
        f"Chain ID: {message.chain_id}",
        f"Nonce: {message.nonce}",
        f"Issued At: {_write_time(message.issued_at)}",
    ]
    if message.expiration_time is not None:
        lines.append(f"Expiration Time: {_write_time(message.expiration_time)}")
    if message.not_before is not None:
        lines.append(f"Not Before: {_write_time(message.not_before)}")
    if message.request_id is not None:
        lines.append(f"Request ID: {message.request_id}")
    if message.resources:
        lines += ["Resources:", *(f"- {resource}" for resource in message.resources)]
    return "\n".join(lines)


def parse(text: str) -> SiweMessage:
    """Return the fields of `text`. Raises `Invalid` (code `malformed_message`) unless it matches the grammar whole."""
    found = _MESSAGE.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if found is None:
        raise _malformed("This is not an EIP-4361 message, version 1, as wallets write it.")
    if not is_checksummed(found["address"]):
        raise _malformed("The address in the message is not in ERC-55 checksum case.")
    return SiweMessage(
        scheme=found["scheme"],
        domain=found["domain"],
        address=found["address"],
        statement=found["statement"],
        uri=found["uri"],
        chain_id=int(found["chain_id"]),
        nonce=found["nonce"],
        issued_at=_read_time(found["issued_at"]),
        expiration_time=_read_time(found["expiration_time"]) if found["expiration_time"] else None,
        not_before=_read_time(found["not_before"]) if found["not_before"] else None,
        request_id=found["request_id"],
        resources=tuple(line[2:] for line in (found["resources"] or "").split("\n")[2:]),
    )


def check(message: SiweMessage, *, scheme: str, domains: Collection[str], chain_id: int, now: datetime) -> None:
    """Refuse a message that was not written for this site, this chain and this moment. Raises `NotSignedIn`.

    `domains` are our own authorities (`host` or `host:port`, lower case), `scheme` is that of our pages. The nonce and
    the signature are checked where they are kept (`sessions.py`).
    """
    domain = message.domain.lower()
    if domain not in domains or (message.scheme or scheme).lower() != scheme:
        raise NotSignedIn("This message was written for another site. Do not sign it elsewhere.", code="wrong_domain")
    uri = urlsplit(message.uri)
    if uri.scheme.lower() != scheme or uri.netloc.lower() != domain:
        raise NotSignedIn("The URI in the message does not belong to this site.", code="wrong_uri")
    if message.chain_id != chain_id:
        raise NotSignedIn(f"The message names chain {message.chain_id}, this site {chain_id}.", code="wrong_chain")
    if message.issued_at > now + SKEW:
        raise NotSignedIn("The message is dated in the future. Check your clock.", code="not_yet_valid")
    if message.not_before is not None and message.not_before > now + SKEW:
        raise NotSignedIn("The message is not valid yet. Check your clock.", code="not_yet_valid")
    if message.expiration_time is not None and message.expiration_time <= now:
        raise NotSignedIn("The message has expired. Ask for a new one.", code="message_expired")


def personal_digest(text: str) -> bytes:
    """Return the EIP-191 hash (version 0x45, `personal_sign`) of `text`."""
    body = text.encode("utf-8")
    digest: bytes = keccak(b"\x19Ethereum Signed Message:\n" + str(len(body)).encode("ascii") + body)
    return digest


def _malformed(words: str) -> Invalid:
    return Invalid(code="malformed_message", fields={"/message": words})


def _write_time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _read_time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise _malformed(f"{text} is no moment in time.") from error
