"""Money over HTTP: decimals are strings, and every bad number names its field."""

from typing import Any

import pytest

from tests.api.client import Api
from tests.api.matrix import OFFER
from tests.builders import ben, catalog, offer, sara

pytestmark = pytest.mark.django_db

BAD_TEXTS = [
    "-1",
    "0",
    "0.00",
    "+5",
    "1e400",
    "1E5",
    "NaN",
    "Infinity",
    "-Infinity",
    "1,50",
    "1.250,50",
    "1 250",
    "1_000",
    "",
    " 5",
    "5 ",
    "5\n",
    ".5",
    "5.",
    "0x10",
    "٣",
    "½",
    "9" * 78,
    "0." + "0" * 77 + "1",
]
BAD_JSON = [5, 5.5, -1, 0, 10**18, 10**400, True, None, [], {}, ["5"]]


@pytest.mark.parametrize("value", [*BAD_TEXTS, *BAD_JSON])
@pytest.mark.parametrize("name", ["min_fiat", "max_fiat", "total_asset"])
def test_a_bad_number_in_an_offer_names_its_field(name: str, value: Any) -> None:
    catalog()
    body = Api(sara().account).post("/offers", {**OFFER, name: value}, expect=422)
    assert f"/{name}" in {error["pointer"] for error in body["errors"]}


@pytest.mark.parametrize("raw", [b"NaN", b"Infinity", b"-Infinity", b"1e400", b"1.5", b"-0"])
def test_a_bare_number_where_money_belongs_names_its_field(raw: bytes) -> None:
    catalog()
    content = b'{"amount_fiat": ' + raw + b', "method": "sepa-instant"}'
    response = Api(ben().account)("POST", f"/offers/{offer().code}/take", content)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/amount_fiat"


@pytest.mark.parametrize("value", BAD_TEXTS)
@pytest.mark.parametrize("name", ["amount_fiat", "amount_asset"])
def test_a_bad_amount_of_a_take_names_its_field(name: str, value: str) -> None:
    body = Api(ben().account).post(f"/offers/{offer().code}/take", {name: value, "method": "sepa-instant"}, expect=422)
    assert body["errors"][0]["pointer"] == f"/{name}"


@pytest.mark.parametrize("value", [one for one in BAD_TEXTS if one.strip() == one and one])
def test_a_bad_amount_in_an_address_names_its_parameter(value: str) -> None:
    from urllib.parse import quote

    body = Api().get(f"/offers?side=buy&amount={quote(value)}", expect=422)
    assert body["errors"] == [{"pointer": "/amount", "detail": body["errors"][0]["detail"], "in": "query"}]


@pytest.mark.parametrize("limit", ["0", "-1", "101", "1e3", "NaN", "5.5", "9" * 400, "", "abc"])
def test_page_sizes_are_bounded(limit: str) -> None:
    catalog()
    body = Api().get(f"/offers?side=buy&limit={limit}", expect=422)
    assert body["errors"][0]["pointer"] == "/limit"


@pytest.mark.parametrize("bps", [-1, 10_001, 2**63, 2**200, "5000", 5.5, None])
def test_shares_are_whole_basis_points(bps: Any) -> None:
    catalog()
    body = Api(sara().account).post("/offers", {**OFFER, "fallback_buyer_bps": bps}, expect=422)
    assert body["errors"][0]["pointer"] == "/fallback_buyer_bps"


@pytest.mark.parametrize("seconds", [-1, 0, 2**31, 2**63, 2**200, "1800", 1.5])
@pytest.mark.parametrize("name", ["payment_window", "confirm_window", "arbitration_window"])
def test_windows_are_bounded_seconds(name: str, seconds: Any) -> None:
    catalog()
    body = Api(sara().account).post("/offers", {**OFFER, name: seconds}, expect=422)
    assert body["errors"][0]["pointer"] == f"/{name}"


def test_answers_write_decimals_plainly() -> None:
    catalog()
    made = Api(sara().account).post("/offers", {**OFFER, "min_fiat": "50.5", "total_asset": "1.10"}, expect=201)
    assert made["min_fiat"] == "50.50"
    assert made["total_asset"] == "1.1"
    assert made["remaining"] == "1100000000000000000"
    assert made["price"] == "3000"
