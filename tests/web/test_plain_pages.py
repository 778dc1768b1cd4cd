"""Errors in words, the guide, the sums, the gallery; and rules that hold on every page."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from exchange.core.errors import Conflict, Invalid, TooMany, Unavailable
from exchange.web import errors
from exchange.web.middleware import DomainErrorMiddleware
from tests.builders import ben, catalog, fixed, market_price, offer
from tests.locks import locked
from tests.web.visiting import read, sound, visit

TEMPLATES = Path(settings.BASE_DIR) / "templates"
STYLES = Path(settings.BASE_DIR) / "frontend" / "css"


@pytest.fixture
def market(db: None) -> None:
    catalog()
    market_price("3000")


def asking(path: str = "/", *, htmx: bool = False) -> HttpRequest:
    from django.contrib.auth.models import AnonymousUser

    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    request.htmx = htmx  # type: ignore[attr-defined]
    return request


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nothing", "/trades/", "/offers/ZZZZZZZZ", "/u/nobody", "/avatar/0x12.svg"])
def test_what_is_not_there_is_said_in_words(path: str) -> None:
    answer = visit(ben()).get(path)
    page = sound(answer, status=404)
    assert page.h1 == ["There is nothing here"]


@pytest.mark.django_db
def test_a_limit_says_when_to_try_again() -> None:
    answer = errors.refused(asking("/market"), TooMany(extra={"retry_after": 90}))
    assert (answer.status_code, answer["Retry-After"]) == (429, "90")
    page = read(answer)
    assert "You can try again in 1 min." in page.words
    assert "/market" in page.links


@pytest.mark.django_db
def test_each_refusal_has_its_status_and_sentence() -> None:
    for error, status in ((Conflict(), 409), (Unavailable(), 503), (Invalid(fields={"/x": "Wrong <b>x</b>."}), 422)):
        answer = errors.refused(asking(), error)
        assert answer.status_code == status
        assert error.message in read(answer).words
    assert "Wrong <b>x</b>." in read(errors.refused(asking(), Invalid(fields={"/x": "Wrong <b>x</b>."}))).text


@pytest.mark.django_db
def test_a_fragment_request_gets_a_fragment() -> None:
    for answer in (
        errors.refused(asking(htmx=True), Conflict("Ben marked this paid.")),
        errors.page_not_found(asking(htmx=True), Exception()),
        errors.server_error(asking(htmx=True)),
    ):
        assert b"<html" not in answer.content
        assert b'role="alert"' in answer.content


@pytest.mark.django_db
def test_a_denied_or_malformed_request_gets_its_page() -> None:
    assert errors.permission_denied(asking(), PermissionDenied()).status_code == 403
    assert errors.bad_request(asking(), Exception()).status_code == 400
    assert errors.csrf_failure(asking()).status_code == 403


def test_the_page_for_our_own_failures_asks_neither_database_nor_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "get", None)
    answer = errors.server_error(RequestFactory().get("/trades/8F3K7Q2M"))
    page = read(answer)
    assert answer.status_code == 500
    assert "Nothing was changed" in page.words
    assert "/trades/8F3K7Q2M" in page.links
    assert page.faults == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_busy_database_is_told_in_words_and_the_page_can_be_tried_again(headers: dict[str, str]) -> None:
    catalog()
    market_price("3000")
    with locked("offers_offer"):
        answer = visit().get("/buy/ETH/EUR", headers=headers)
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert "Coins in escrow are not affected" in answer.content.decode()
    if not headers:
        page = read(answer)
        assert page.h1 == ["This site is busy just now"]
        assert "/buy/ETH/EUR" in page.links
        assert page.faults == []


def test_what_is_no_refusal_is_left_to_django() -> None:
    middleware = DomainErrorMiddleware(lambda request: HttpResponse())
    assert middleware.process_exception(asking(), ValueError("a fault of ours")) is None


@pytest.mark.usefixtures("market")
@pytest.mark.parametrize("path", ["/docs/how-it-works", "/stats", "/dev/components", "/signin", "/"])
def test_public_pages_are_sound(path: str) -> None:
    answer = visit().get(path)
    sound(answer)
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert answer["Referrer-Policy"] in {"no-referrer", "same-origin"}
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.usefixtures("market")
def test_the_body_tells_the_scripts_where_they_are() -> None:
    html = visit(ben()).get("/trades").content.decode()
    for words in (
        f'data-account="{ben().address}"',
        'data-account-name="Ben"',
        'data-chain-id="31337"',
        'data-demo="1"',
    ):
        assert words in html, words
    assert 'name="csrf-token"' in html
    assert '<div class="status" id="status" role="status" aria-live="polite"></div>' in html
    assert 'id="socket-state" hidden' in html
    assert "DEMO: play money, local chain" in html


@pytest.mark.usefixtures("market")
def test_the_picture_of_an_address_can_be_kept_for_a_year() -> None:
    answer = visit().get(f"/avatar/{ben().address}.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert "immutable" in answer["Cache-Control"]
    assert visit().get("/favicon.svg")["Content-Type"] == "image/svg+xml"


@pytest.mark.usefixtures("market")
def test_the_sums_name_contract_and_coins() -> None:
    page = sound(visit().get("/stats"))
    for words in ("ETH in escrow now", "0.00 ETH", "DUSD", "the contract's balance"):
        assert words in page.words, words


@pytest.mark.usefixtures("market")
def test_a_market_page_of_25_offers_stays_small() -> None:
    import gzip

    for number in range(25):
        offer(price=fixed(f"{3000 + number}.00"))
    answer = visit().get("/buy/eth/eur?amount=250")
    assert len(gzip.compress(answer.content, 6)) < 40 * 1024


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_has_inline_style_script_or_unsafe_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "style=" not in text
    assert "|safe" not in text
    assert "autoescape" not in text
    assert "{% load" not in text
    assert "hx-on" not in text
    assert "js:" not in text
    assert "<script>" not in text


@pytest.mark.parametrize("path", sorted(STYLES.rglob("*.css")), ids=lambda path: str(path.relative_to(STYLES)))
def test_styles_are_short_logical_and_take_their_colours_from_tokens(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    for physical in (
        "margin-left",
        "margin-right",
        "padding-left",
        "padding-right",
        "text-align: left",
        "text-align: right",
    ):
        assert physical not in text, physical
    if path.name not in {"tokens.css", "admin.css"}:
        assert "#" not in "".join(line for line in text.splitlines() if ":" in line and "{" not in line)
    assert "http" not in text


def test_every_icon_that_templates_draw_is_in_the_sprite() -> None:
    import re

    from exchange.web import chips, proof

    lines = (Path(settings.BASE_DIR) / "frontend" / "icons.txt").read_text(encoding="utf-8").splitlines()
    listed = {line.split("#")[0].strip() for line in lines} - {""}
    used: set[str] = set()
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'{% icon "([a-z0-9-]+)"', text)) | set(re.findall(r'icon="([a-z0-9-]+)"', text))
    used |= {chip.icon for table in (chips.TRADE_CHIPS, chips.OFFER_CHIPS, chips.CASE_CHIPS) for chip in table.values()}
    used |= set(re.findall(r'"((?:lock|loader|shield-check|circle-check-big))"', Path(proof.__file__).read_text()))
    used |= {icon for _, icon in errors.TITLES.values()}
    assert used <= listed, used - listed
