"""The published messages of EIP-4361 and the parsing vectors of the reference implementation, then our own checks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.accounts import siwe
from exchange.core.errors import Invalid, NotSignedIn

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)

# The example of the ERC, with its optional scheme and port in front.
EXAMPLE = """{site} wants you to sign in with your Ethereum account:
0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2

I accept the ExampleOrg Terms of Service: https://example.com/tos

URI: https://example.com/login
Version: 1
Chain ID: 1
Nonce: 32891756
Issued At: 2021-09-30T16:25:24Z
Resources:
- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/
- https://example.com/my-web2-claim.json"""

FULL = """service.org wants you to sign in with your Ethereum account:
0xe5A12547fe4E872D192E3eCecb76F2Ce1aeA4946

I accept the ServiceOrg Terms of Service: https://service.org/tos

URI: https://service.org/login
Version: 1
Chain ID: 1
Nonce: 12341234
Issued At: 2022-03-17T12:45:13.610Z
Expiration Time: 2023-03-17T12:45:13.610Z
Not Before: 2022-03-17T12:45:13.610Z
Request ID: some_id
Resources:
- https://service.org/login"""

# What must not be read, as (what to replace in FULL, with what).
BROKEN = {
    "no domain": ("service.org wants", " wants"),
    "domain is no authority": ("service.org wants", "not_rfc4501 wants"),
    "user information in the domain": ("service.org wants", "service.org@evil.org wants"),
    "path in the domain": ("service.org wants", "service.org/x wants"),
    "no address": ("0xe5A12547fe4E872D192E3eCecb76F2Ce1aeA4946", ""),
    "address in lower case": (
        "0xe5A12547fe4E872D192E3eCecb76F2Ce1aeA4946",
        "0xe5a12547fe4e872d192e3ececb76f2ce1aea4946",
    ),
    "address with a wrong checksum": ("0xe5A1", "0xE5A1"),
    "short address": ("0xe5A1", "0xe5"),
    "extra line break": ("\n\nI accept", "\n\n\nI accept"),
    "missing line break": ("tos\n\nURI", "tos\nURI"),
    "statement with a line break": ("Service: ", "Service:\n"),
    "statement with another script": ("Service: ", "Servicе: "),
    "no URI": ("URI: https://service.org/login\n", ""),
    "URI that is none": ("URI: https://service.org/login", "URI: _not_a_rfc3986_valid_uri_"),
    "URI with a blank": ("URI: https://service.org/login", "URI: https://service.org/lo gin"),
    "no version": ("Version: 1\n", ""),
    "version 2": ("Version: 1", "Version: 2"),
    "no chain": ("Chain ID: 1\n", ""),
    "chain in words": ("Chain ID: 1", "Chain ID: ?"),
    "no nonce": ("Nonce: 12341234\n", ""),
    "short nonce": ("Nonce: 12341234", "Nonce: 1234567"),
    "nonce with a sign": ("Nonce: 12341234", "Nonce: 1234_1234"),
    "no moment of issue": ("Issued At: 2022-03-17T12:45:13.610Z\n", ""),
    "moment in words": ("Issued At: 2022-03-17T12:45:13.610Z", "Issued At: Wed Oct 05 2011 16:48:00 GMT+0200 (CEST)"),
    "moment that never was": ("Issued At: 2022-03-17", "Issued At: 2022-02-30"),
    "expiry in words": ("Expiration Time: 2023-03-17T12:45:13.610Z", "Expiration Time: tomorrow"),
    "order: version before URI": (
        "URI: https://service.org/login\nVersion: 1",
        "Version: 1\nURI: https://service.org/login",
    ),
    "order: nonce before chain": ("Chain ID: 1\nNonce: 12341234", "Nonce: 12341234\nChain ID: 1"),
    "order: request id last": (
        "Request ID: some_id\nResources:\n- https://service.org/login",
        "Resources:\n- https://service.org/login\nRequest ID: some_id",
    ),
    "two resources in a line": ("- https://service.org/login", "- https://service.org/login - https://service.org/2"),
    "resource that is none": ("- https://service.org/login", "- https://service.org/login\n- _no_uri_"),
    "trailing line break": ("- https://service.org/login", "- https://service.org/login\n"),
    "carriage returns": ("\nVersion", "\r\nVersion"),
    "a second nonce": ("Nonce: 12341234", "Nonce: 12341234\nNonce: 99999999"),
    "nul byte": ("some_id", "some\x00id"),
}


@pytest.mark.parametrize(
    ("site", "scheme", "domain"),
    [
        ("example.com", None, "example.com"),
        ("example.com:3388", None, "example.com:3388"),
        ("https://example.com", "https", "example.com"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1:8080", None, "127.0.0.1:8080"),
        ("[::1]:8000", None, "[::1]:8000"),
    ],
)
def test_the_published_examples_are_read(site: str, scheme: str | None, domain: str) -> None:
    message = siwe.parse(EXAMPLE.format(site=site))
    assert (message.scheme, message.domain) == (scheme, domain)
    assert message.address == "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"
    assert message.statement == "I accept the ExampleOrg Terms of Service: https://example.com/tos"
    assert message.uri == "https://example.com/login"
    assert message.chain_id == 1
    assert message.nonce == "32891756"
    assert message.issued_at == datetime(2021, 9, 30, 16, 25, 24, tzinfo=UTC)
    assert message.resources == (
        "ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/",
        "https://example.com/my-web2-claim.json",
    )
    assert (message.expiration_time, message.not_before, message.request_id) == (None, None, None)


def test_every_optional_field_is_read() -> None:
    message = siwe.parse(FULL)
    assert message.expiration_time == datetime(2023, 3, 17, 12, 45, 13, 610_000, tzinfo=UTC)
    assert message.not_before == message.issued_at == datetime(2022, 3, 17, 12, 45, 13, 610_000, tzinfo=UTC)
    assert message.request_id == "some_id"
    assert siwe.build_message(message) == FULL


def test_a_message_without_a_statement_has_three_line_breaks_after_the_address() -> None:
    text = FULL.replace("I accept the ServiceOrg Terms of Service: https://service.org/tos\n", "")
    message = siwe.parse(text)
    assert message.statement is None
    assert siwe.build_message(message) == text


def test_an_offset_is_read_as_a_moment() -> None:
    message = siwe.parse(FULL.replace("Issued At: 2022-03-17T12:45:13.610Z", "Issued At: 2022-03-17T13:45:13+01:00"))
    assert message.issued_at == datetime(2022, 3, 17, 12, 45, 13, tzinfo=UTC)


@pytest.mark.parametrize("name", BROKEN)
def test_what_the_grammar_does_not_allow_is_refused(name: str) -> None:
    old, new = BROKEN[name]
    assert old in FULL
    with pytest.raises(Invalid) as refused:
        siwe.parse(FULL.replace(old, new, 1))
    assert refused.value.code == "malformed_message"
    assert "/message" in refused.value.fields


def test_a_very_long_message_is_refused_at_once() -> None:
    with pytest.raises(Invalid):
        siwe.parse(FULL + "\n- https://service.org/" + "a" * 1_000_000)


@given(st.text(max_size=300))
def test_any_text_is_either_read_or_refused(text: str) -> None:
    with pytest.raises(Invalid):
        siwe.parse(text)


@given(
    statement=st.none() | st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=80),
    nonce=st.text("abcXYZ019", min_size=8, max_size=32),
    chain_id=st.integers(1, 2**53),
    issued=st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
    lifetime=st.none() | st.integers(0, 10**6),
)
def test_what_is_built_is_read_back(
    statement: str | None, nonce: str, chain_id: int, issued: datetime, lifetime: int | None
) -> None:
    issued_at = issued.replace(tzinfo=UTC, microsecond=issued.microsecond // 1000 * 1000)
    message = siwe.SiweMessage(
        domain="localhost:8000",
        address="0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
        statement=statement,
        uri="http://localhost:8000/signin",
        chain_id=chain_id,
        nonce=nonce,
        issued_at=issued_at,
        expiration_time=None if lifetime is None else issued_at + timedelta(seconds=lifetime),
    )
    assert siwe.parse(siwe.build_message(message)) == message


def asked(**changes: object) -> siwe.SiweMessage:
    message = siwe.SiweMessage(
        domain="parley.example",
        address="0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
        uri="https://parley.example/signin",
        chain_id=1,
        nonce="12341234",
        issued_at=NOW,
        expiration_time=NOW + timedelta(minutes=5),
    )
    return replace(message, **changes)  # type: ignore[arg-type]


def check(message: siwe.SiweMessage, now: datetime = NOW) -> None:
    siwe.check(message, scheme="https", domains={"parley.example"}, chain_id=1, now=now)


def test_a_message_for_this_site_chain_and_moment_passes() -> None:
    check(asked())
    check(asked(domain="Parley.Example", scheme="https"))
    check(asked(issued_at=NOW + timedelta(seconds=30)))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"domain": "evil.example"}, "wrong_domain"),
        ({"domain": "parley.example.evil.example"}, "wrong_domain"),
        ({"domain": "parley.example:8443"}, "wrong_domain"),
        ({"scheme": "http"}, "wrong_domain"),
        ({"uri": "https://evil.example/signin"}, "wrong_uri"),
        ({"uri": "http://parley.example/signin"}, "wrong_uri"),
        ({"uri": "https://parley.example:444/signin"}, "wrong_uri"),
        ({"uri": "https://parley.example@evil.example/"}, "wrong_uri"),
        ({"uri": "https:parley.example"}, "wrong_uri"),
        ({"chain_id": 137}, "wrong_chain"),
        ({"issued_at": NOW + timedelta(minutes=2)}, "not_yet_valid"),
        ({"not_before": NOW + timedelta(minutes=2)}, "not_yet_valid"),
        ({"expiration_time": NOW}, "message_expired"),
    ],
)
def test_mallorys_message_for_another_site_chain_or_moment_is_refused(changes: dict[str, object], code: str) -> None:
    with pytest.raises(NotSignedIn) as refused:
        check(asked(**changes))
    assert refused.value.code == code


def test_the_personal_digest_is_that_of_eip_191() -> None:
    from eth_account.messages import _hash_eip191_message, encode_defunct

    for text in ("", "Hello", "Grüße\n🙂"):
        assert siwe.personal_digest(text) == _hash_eip191_message(encode_defunct(text=text))
