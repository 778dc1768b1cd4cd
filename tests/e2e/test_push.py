"""Browser push: Sara switches it on, Ben takes her offer, her browser is woken by a call that says nothing."""

import time
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import PATIENCE, Person
from tests.e2e.running import Running
from tests.e2e.trader import Trader
from tests.notifications.boxes import PushService, push_service

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]
# Only the browser maker's service is out of reach: it gives the address at which this browser is woken.
SUBSCRIBE = "PushManager.prototype.subscribe = async () => ({ endpoint: '%s' });"
SHOWN = """
async () => {
  const registration = await navigator.serviceWorker.getRegistration("/push/");
  return (await registration.getNotifications()).map((one) => [one.title, one.data.path]);
}
"""


def switched_on(browser: Browser, url: str, service: PushService) -> tuple[Person, list[str]]:
    """Return Sara, whose browser may be woken, and the ids under which her browser knows its worker."""
    sara = Person(browser, url, "sara")
    sara.page.context.grant_permissions(["notifications"], origin=url)
    sara.page.add_init_script(SUBSCRIBE % service.url)
    sara.sign_in()
    workers: list[str] = []
    devtools = sara.page.context.new_cdp_session(sara.page)
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: workers.extend(ids(told, url)))
    devtools.send("ServiceWorker.enable")
    sara.go("/notifications/settings")
    sara.page.locator("[data-push-on]").click()
    sara.sees("[data-push-state]", "Switched on in this browser.")
    # Only an active worker is woken (Push API, "receiving a push message"); what comes before is lost.
    sara.page.wait_for_function(
        "async () => (await navigator.serviceWorker.getRegistration('/push/'))?.active?.state === 'activated'"
    )
    return sara, workers


def ids(told: dict[str, Any], url: str) -> list[str]:
    """Return the registrations of our push worker in what the browser tells."""
    return [one["registrationId"] for one in told["registrations"] if one["scopeURL"] == f"{url}/push/"]


def wake(sara: Person, worker: str) -> None:
    """Hand an empty push to the browser, as its maker's service does."""
    devtools = sara.page.context.new_cdp_session(sara.page)
    devtools.send("ServiceWorker.enable")
    devtools.send("ServiceWorker.deliverPushMessage", {"origin": sara.url, "registrationId": worker, "data": ""})


def shown_when_woken(sara: Person, worker: str) -> list[list[str]]:
    """Wake the browser once and return title and path of each line that it shows."""
    wake(sara, worker)
    for _ in range(PATIENCE // 100):
        shown: list[list[str]] = sara.page.evaluate(SHOWN)
        if shown:
            return shown
        sara.page.wait_for_timeout(100)
    return []


def test_a_woken_browser_shows_one_line_that_came_over_the_traders_own_session(
    browser: Browser, shared: Running
) -> None:
    with push_service() as service:
        sara, workers = switched_on(browser, shared.url, service)
        assert service.calls == []
        offer = Trader(shared.url, index=1).offer()
        trade = Trader(shared.url).take(offer)["id"]
        end = time.monotonic() + 30
        while not service.calls and time.monotonic() < end:
            sara.page.wait_for_timeout(100)
        headers, body = service.calls[0]
        assert body == b""
        assert headers["authorization"].startswith("vapid ")
        assert trade not in str(headers)
        ((title, path),) = shown_when_woken(sara, workers[-1])
        # The newest of what waits for her, which may be of another trade by now: where to look, and no amount.
        assert path.startswith("/trades/")
        assert title != "Something needs you"
        assert "250" not in title
        sara.go(path)
        assert sara.page.url.endswith(path)
        assert sara.trouble == []
        sara.close()


def test_who_has_signed_out_is_woken_without_a_word_about_trades(browser: Browser, shared: Running) -> None:
    with push_service() as service:
        sara, workers = switched_on(browser, shared.url, service)
        sara.page.context.clear_cookies()
        assert shown_when_woken(sara, workers[-1]) == [["Something needs you", "/notifications"]]
        sara.close()
