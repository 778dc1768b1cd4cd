"""Every page in both themes at two widths: clean for axe, no sideways scroll, readable without scripts."""

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import Person, Visitor
from tests.e2e.running import Running
from tests.e2e.trader import Trader

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
PUBLIC = ["/buy/eth/eur?amount=250", "/sell/eth/eur", "/signin", "/stats", "/docs/how-it-works", "/no-such-page"]
# Each width and each theme once: a colour does not depend on the width. The looks page is checked in every pair.
LOOKS = [(1280, "light"), (375, "dark")]
OWN = ["/trades", "/me/offers", "/offers/new", "/notifications", "/settings"]
# Where little differs between the looks the narrow one is checked, in which more can go wrong.
NARROW_PUBLIC = ["/docs", "/docs/api", "/docs/api/errors", "/exit"]
NARROW_OWN = ["/notifications/settings", "/settings/tokens", "/settings/webhooks", "/settings/people"]


def check(visitor: Visitor, path: str) -> None:
    """Assert that the page at `path` is sound."""
    visitor.page.goto(visitor.url + path)
    assert visitor.look_with_axe() == [], path
    widths = visitor.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1], f"{path} scrolls sideways: {widths}"
    assert visitor.trouble == [], path


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_public_pages_are_clean_for_axe(browser: Browser, shared: Running, width: int, scheme: str) -> None:
    visitor = Visitor(browser, shared.url, width=width, scheme=scheme)
    for path in PUBLIC if width > 375 else PUBLIC + NARROW_PUBLIC:
        check(visitor, path)
    visitor.page.goto(f"{shared.url}/buy/eth/eur")
    visitor.page.locator("main table a[href^='/offers/']").first.click()
    check(visitor, visitor.page.url.removeprefix(shared.url))
    visitor.close()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_signed_in_pages_are_clean_for_axe(browser: Browser, shared: Running, width: int, scheme: str) -> None:
    sara = Person(browser, shared.url, "sara", width=width, scheme=scheme)
    sara.sign_in()
    trader = Trader(shared.url, index=1)
    for path in OWN if width > 375 else OWN + NARROW_OWN:
        check(sara, path)
    for trade in trader.get("/trades")["items"][:6]:
        check(sara, f"/trades/{trade['id']}")
        if trade["state"] == "disputed":
            check(sara, f"/trades/{trade['id']}/dispute")
    check(sara, f"/u/{trader.address}")
    sara.close()
    carol = Person(browser, shared.url, "carol", width=width, scheme=scheme)
    carol.sign_in()
    check(carol, "/arbiter")
    carol.close()


def test_the_market_can_be_browsed_without_javascript(browser: Browser, shared: Running) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{shared.url}/buy/eth/eur?amount=250&method=sepa-instant")
    assert "you get" in page.inner_text("main").lower()
    page.locator("main table a[href^='/offers/']").first.click()
    page.fill("#id_amount", "250")
    page.get_by_role("button", name="Review trade").click()
    assert "Check your trade" in page.inner_text("h1")
    context.close()


def test_no_page_asks_another_host_for_anything(browser: Browser, shared: Running) -> None:
    visitor = Visitor(browser, shared.url)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    for path in PUBLIC:
        visitor.page.goto(visitor.url + path)
    strangers = [url for url in asked if not url.startswith((shared.url, shared.url.replace("http", "ws"), "data:"))]
    assert strangers == []
    visitor.close()


def test_mallory_finds_nothing_of_somebody_elses_trade(shared: Running) -> None:
    sara, mallory = Trader(shared.url, index=1), Trader(shared.url)
    trade = sara.get("/trades")["items"][0]["id"]
    for path in ("", "/messages", "/payment-details", "/chat-keys", "/actions/release", "/dispute"):
        assert mallory.http.get(f"/trades/{trade}{path}").status_code == 404, path
