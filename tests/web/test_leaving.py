"""Leaving without the site: the button, the page, and two files that only the parties can save."""

import json

import pytest

from tests import trade_builders as make
from tests.builders import ben, fixed, mallory
from tests.web.visiting import sound, visit

pytestmark = pytest.mark.django_db
FILES = ("exit", "exit/page", "exit/kit")


def test_a_party_finds_the_way_out_in_the_escrow_proof_and_saves_both_files() -> None:
    deal = make.funded(price=fixed("3121.40"))
    room = visit(ben()).get(f"/trades/{deal.code}").content.decode()
    assert f'href="/trades/{deal.code}/exit"' in room
    page = sound(visit(ben()).get(f"/trades/{deal.code}/exit"))
    assert page.h1 == ["Get my coins without this site"]
    saved = visit(ben()).get(f"/trades/{deal.code}/exit/kit")
    assert saved["Content-Disposition"] == f'attachment; filename="parley-exit-{deal.code}.json"'
    assert json.loads(saved.content)["trade_id"] == deal.trade.trade_id
    file = visit(ben()).get(f"/trades/{deal.code}/exit/page")
    assert file["Content-Disposition"] == f'attachment; filename="parley-exit-{deal.code}.html"'
    assert deal.trade.trade_id in file.content.decode()


def test_strangers_get_neither_page_nor_files() -> None:
    deal = make.funded(price=fixed("3121.40"))
    for part in FILES:
        assert visit(mallory()).get(f"/trades/{deal.code}/{part}").status_code == 404
        assert visit().get(f"/trades/{deal.code}/{part}").status_code in {302, 401}


def test_anyone_may_read_about_it_and_save_the_blank_file() -> None:
    assert sound(visit().get("/exit")).h1 == ["Leave without the site"]
    file = visit().get("/exit/page")
    assert file["Content-Disposition"] == 'attachment; filename="parley-exit.html"'
    assert "default-src 'none'" in file.content.decode()
