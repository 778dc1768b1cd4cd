"""Bodies that no honest client sends are refused cheaply and clearly."""

import pytest

from exchange.api.reading import MAX_BODY, MAX_DEPTH, Malformed, UnquotedNumber, read_json
from tests.api.client import Api
from tests.builders import ben

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"nonsense",
        b"{'a': 1}",
        b'{"a": 01}',
        b'{"a": 1,}',
        b'{"a": 1} {"b": 2}',
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\x00}\x00",
        b'{"name": "\xff"}',
        b'{"name": "\xed\xa0\x80"}',
        b'{"name": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"name": "a\\u0000b"}',
        b'{"name": "a", "name": "b"}',
        b'{"a": {"b": 1, "b": 2}}',
        b"[" * 10_000,
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 500 + b"1" + b"}" * 500,
    ],
)
def test_what_is_not_json_for_every_reader_alike_is_malformed(raw: bytes) -> None:
    response = Api(ben().account)("POST", "/tokens", raw)
    assert response.status_code == 400
    assert response.json()["code"] == "malformed"


def test_a_body_that_is_too_large_is_refused_before_it_is_read() -> None:
    response = Api(ben().account)("POST", "/tokens", b'{"name": "' + b"a" * 10_000_000 + b'"}')
    assert response.status_code == 413
    assert response.json()["code"] == "too_large"


def test_a_body_of_the_largest_size_is_read() -> None:
    body = b'{"name": "' + b"a" * (MAX_BODY - 12) + b'"}'
    assert len(body) == MAX_BODY
    response = Api(ben().account)("POST", "/tokens", body)
    assert response.status_code == 422


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_read(media: str) -> None:
    response = Api(ben().account)("POST", "/tokens", b'{"name": "bot"}', content_type=media)
    assert response.status_code == 415


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"1", b"null", b"true", b""])
def test_a_body_that_is_no_object_is_unusable(raw: bytes) -> None:
    assert Api(ben().account)("POST", "/tokens", raw).status_code == 422


@pytest.mark.parametrize("path", ["/offers/%00", "/offers?side=buy&method=%00", "/trades/a%00b"])
def test_a_zero_byte_in_an_address_is_malformed(path: str) -> None:
    assert Api()("GET", path).status_code == 400


@pytest.mark.parametrize("path", ["/offers/%ff%fe", "/offers/%F0%9F%92%A9", "/accounts/%ed%a0%80", "/offers/..%2f.."])
def test_a_strange_address_is_not_found(path: str) -> None:
    assert Api()("GET", path).status_code == 404


def test_numbers_that_a_double_would_spoil_stay_text() -> None:
    read = read_json(b'{"a": 1.10, "b": 1e400, "c": NaN, "d": 12345678901234567890, "e": 7}')
    assert read == {
        "a": UnquotedNumber("1.10"),
        "b": UnquotedNumber("1e400"),
        "c": UnquotedNumber("NaN"),
        "d": UnquotedNumber("12345678901234567890"),
        "e": 7,
    }


def test_depth_is_counted_exactly() -> None:
    read_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    with pytest.raises(Malformed):
        read_json(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))
