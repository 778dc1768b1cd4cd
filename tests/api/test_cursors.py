"""Pages: whole while rows come and go, and cursors that cannot be bent."""

import pytest

from exchange.api import cursors
from exchange.core.errors import Invalid
from tests.api.client import Api
from tests.api.matrix import OFFER
from tests.builders import ben, catalog, mallory, sara

pytestmark = pytest.mark.django_db


def test_one_s_own_offers_come_page_by_page_while_new_ones_are_made() -> None:
    catalog()
    api = Api(sara().account)
    made = [api.post("/offers", OFFER, expect=201)["id"] for _ in range(5)]
    first = api.get("/me/offers?limit=2")
    api.post("/offers", OFFER, expect=201)
    second = api.get(f"/me/offers?limit=2&cursor={first['next']}")
    third = api.get(f"/me/offers?limit=2&cursor={second['next']}")
    seen = [row["id"] for page in (first, second, third) for row in page["items"]]
    assert seen == made[::-1]
    assert third["next"] is None


@pytest.mark.parametrize("cursor", ["1", "abc", "a:b:c", "WzEsICJ4Il0:1tXyZ:AAAA", "%00", "x" * 513])
@pytest.mark.parametrize("path", ["/me/offers", "/trades", "/notifications"])
def test_a_made_up_cursor_is_refused(path: str, cursor: str) -> None:
    assert Api(ben().account)("GET", f"{path}?cursor={cursor}").status_code in {400, 422}


def test_a_cursor_with_one_letter_changed_is_refused() -> None:
    good = cursors.write(7, of="trades", filters={"account": 1})
    for place in range(len(good)):
        swapped = "B" if good[place] == "A" else "A"
        with pytest.raises(Invalid):
            cursors.read(good[:place] + swapped + good[place + 1 :], of="trades", filters={"account": 1})
    assert cursors.read(good, of="trades", filters={"account": 1}) == 7


def test_a_cursor_belongs_to_its_list_its_filters_and_its_person() -> None:
    catalog()
    api = Api(sara().account)
    for _ in range(2):
        api.post("/offers", OFFER, expect=201)
    cursor = api.get("/me/offers?limit=1")["next"]
    for stranger in (
        api("GET", f"/trades?cursor={cursor}"),
        Api(mallory().account)("GET", f"/me/offers?cursor={cursor}"),
    ):
        assert stranger.status_code == 422
        assert stranger.json()["code"] == "bad_cursor"
