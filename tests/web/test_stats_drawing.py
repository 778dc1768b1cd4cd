"""The charts in a real browser: drawn from their tables, stepped through by keys and spoken, clean for axe and CSP."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from playwright.sync_api import expect, sync_playwright

from exchange.core import clock
from exchange.prices.models import MedianPrice
from tests.builders import catalog, fixed, market_price, offer
from tests.e2e.browser import Visitor, launch
from tests.servers import web_server

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]


def test_charts_are_drawn_stepped_through_and_spoken() -> None:
    cache.clear()
    catalog()
    market_price("3000")
    offer(price=fixed("3030.00"))
    now = clock.now()
    for hour in range(20):
        price = Decimal(3000 + hour)
        MedianPrice.objects.create(asset="ETH", currency="EUR", price=price, at=now - timedelta(hours=20 - hour))
    with web_server(workers=1) as url, sync_playwright() as playwright:
        browser = launch(playwright)
        for width, scheme in ((1280, "light"), (375, "dark")):
            visitor = Visitor(browser, url, width=width, scheme=scheme)
            visitor.go("/stats/eth/eur?range=24h")
            plot = visitor.page.locator("#price .chart-plot")
            expect(plot.locator("canvas")).to_be_visible()
            expect(plot.locator(".sparkline")).to_be_hidden()
            plot.focus()
            plot.press("End")
            expect(visitor.page.locator("#status")).to_contain_text("Market 3,019.00\u00a0EUR.")
            expect(visitor.page.locator("#price [data-point]")).to_contain_text("Market 3,019.00\u00a0EUR.")
            plot.press("ArrowLeft")
            expect(visitor.page.locator("#price [data-point]")).to_contain_text("Market 3,018.00\u00a0EUR.")
            depth = visitor.page.locator("#depth .chart-plot")
            depth.focus()
            for _ in range(19):
                depth.press("ArrowRight")
            expect(visitor.page.locator("#depth [data-point]")).to_contain_text("1% above market. You can buy")
            visitor.page.evaluate("document.documentElement.dataset.theme = 'light'")
            expect(plot.locator("canvas")).to_have_count(1)
            assert visitor.look_with_axe() == []
            page, window = visitor.page.evaluate(
                "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            )
            assert page <= window
            assert visitor.trouble == []
            visitor.close()
        browser.close()
