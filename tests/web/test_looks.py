"""Every component in a real browser: clean for axe in both themes, and no sideways scroll with large text."""

import pytest
from playwright.sync_api import sync_playwright

from tests.builders import catalog, fixed, market_price, offer
from tests.e2e.browser import Visitor, launch
from tests.servers import web_server

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]
# Width, theme and text size in percent.
LOOKS = [(1280, "light", 100), (1280, "dark", 100), (320, "light", 100), (375, "dark", 200)]
PATHS = ["/dev/components", "/buy/eth/eur?amount=250", "/buy/eth/eur?amount=1,250", "/nothing"]


def test_components_are_clean_for_axe_and_fit_at_every_width_and_text_size() -> None:
    catalog()
    market_price("3000")
    offer(price=fixed("3043.00"))
    with web_server(workers=1) as url, sync_playwright() as playwright:
        browser = launch(playwright)
        for width, scheme, size in LOOKS:
            visitor = Visitor(browser, url, width=width, scheme=scheme)
            for path in PATHS:
                visitor.page.goto(url + path)
                visitor.page.evaluate(f"document.documentElement.style.fontSize = '{size}%'")
                look = f"{path} at {width} px, {scheme}, {size} %"
                assert visitor.look_with_axe() == [], look
                page, window = visitor.page.evaluate(
                    "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
                )
                assert page <= window, look
            assert visitor.trouble == []
            visitor.close()
        browser.close()
