"""A large trade in dispute: Carol proposes a ruling, Dora reads and signs it too, and only then do the coins move."""

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.e2e.browser import SHEET, Person
from tests.e2e.running import Running
from tests.e2e.talker import Talker
from tests.e2e.test_dispute_desk import unlock
from tests.e2e.test_trade_in_two_browsers import FINDINGS, STORY
from tests.e2e.trader import Trader

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def large_dispute(url: str) -> tuple[Trader, Trader, str]:
    """Return Sara, a buyer without a wei, and the code of their disputed trade of four ETH."""
    sara, ben = Trader(url, index=1), Trader(url)
    offer = sara.offer(max_fiat="20000", total_asset="10")
    trade = str(ben.take(offer, fiat="12000.00")["id"])
    sara.fund(trade)
    sara.wait_for(trade, "funded")
    ben.act(trade, "mark_paid")
    sara.wait_for(trade, "paid")
    sara.act(trade, "dispute")
    sara.wait_for(trade, "disputed")
    sara.post(f"/trades/{trade}/dispute", {"reason": "wrong-amount", "wish_bps": 0, "statement": STORY})
    return sara, ben, trade


def arbiter(browser: Browser, url: str, name: str) -> Person:
    """Return a signed-in arbiter who looks at the queue."""
    person = Person(browser, url, name)
    person.sign_in()
    person.go("/arbiter")
    return person


def test_a_panels_ruling_moves_coins_only_once_two_of_its_members_have_signed(
    browser: Browser, shared: Running
) -> None:
    sara, ben, trade = large_dispute(shared.url)
    carol = arbiter(browser, shared.url, "carol")
    carol.page.locator("tr", has_text=trade).get_by_role("button", name="Claim").click()
    carol.page.wait_for_url("**/arbiter/cases/*")
    carol.page.wait_for_selector("html[data-live-ready]")
    unlock(carol)
    said = "Four thousand of the twelve are missing."
    talkers = [Talker.join(one, trade) for one in (sara, ben)]
    talkers[0].say_and_show(said)
    carol.sees("[data-case-transcript]", said)
    form = carol.page.locator("form[data-ruling]")
    form.locator("input[type=text], input[type=number]").first.fill("60")
    form.locator("[name=reason_code]").select_option("3")
    form.locator("[name=findings]").fill(FINDINGS)
    for tick in form.locator("[data-must-tick]").all():
        tick.check()
    form.get_by_role("button", name="Sign ruling").click()
    assert "Safe" in carol.approve()
    carol.sees(".case", "1 of 2 signatures")
    assert sara.get(f"/trades/{trade}/dispute")["ruling"] is None
    assert ben.balance() == 0
    dora = arbiter(browser, shared.url, "dora")
    dora.page.locator("tr", has_text=trade).get_by_role("link", name="Read and sign").click()
    dora.page.wait_for_selector("html[data-live-ready]")
    dora.sees(".case", "Carol proposes this")
    _dora_reads_what_was_handed_to_carol(carol, dora, said)
    assert dora.look_with_axe() == []
    cosign = dora.page.locator("form[data-cosign]")
    _another_trade_is_not_signed(dora)
    cosign.get_by_role("button", name="Sign this ruling too").click()
    expect(cosign.locator("[data-tick-error]")).to_be_visible()
    for tick in cosign.locator("[data-must-tick]").all():
        tick.check()
    cosign.get_by_role("button", name="Sign this ruling too").click()
    dora.approve()
    done = sara.wait_for(trade, "resolved")
    gross = int(done["amount"]) * 6000 // 10_000
    assert ben.balance() == gross - gross * int(done["fee_bps"]) // 10_000
    ruling = sara.get(f"/trades/{trade}/dispute")["ruling"]
    assert (ruling["signers"], ruling["signatures_needed"]) == (["Carol", "Dora"], 2)
    assert [*carol.trouble, *dora.trouble] == []
    for person in (carol, dora):
        person.close()


def _dora_reads_what_was_handed_to_carol(carol: Person, dora: Person, said: str) -> None:
    """Dora has no chat key yet; once she has, Carol's browser shares the case with her and with nobody made up."""
    button = dora.page.locator("[data-case-unlock]")
    button.click()
    for _ in range(3):
        dora.approve()
    dora.sees("[data-case-locked]", "has not shared its key with you yet")
    _a_made_up_owner_gets_nothing(carol)
    carol.page.reload()
    carol.sees(".case", "Dora can read the messages and files of this case now.")
    button.click()
    dora.sees("[data-case-transcript]", said)
    dora.sees("[data-case-verdict]", "1 of 1 messages")


def _a_made_up_owner_gets_nothing(carol: Person) -> None:
    """The site names a member whom the chain does not know: Carol's browser asks her wallet's node and stops."""
    sent: list[str] = []

    def swap(route: Route) -> None:
        if route.request.method == "PUT":
            sent.append(route.request.url)
        answer = route.fetch()
        told = answer.json()
        told["items"] = [{**one, "account": f"0x{'66' * 20}"} for one in told["items"]]
        route.fulfill(response=answer, json=told)

    carol.page.route("**/colleagues**", swap)
    carol.page.reload()
    carol.sees(".case", "The chain does not confirm that Dora sits on this panel. Nothing was shared.")
    carol.page.unroute_all(behavior="wait")
    assert sent == []


def _another_trade_is_not_signed(dora: Person) -> None:
    """The site answers with the proposal of a trade that is not on the page: no wallet opens."""

    def swap(route: Route) -> None:
        answer = route.fetch()
        told = answer.json()
        told["terms"]["message"]["salt"] = "1"
        route.fulfill(response=answer, json=told)

    dora.page.route("**/signature", swap)
    cosign = dora.page.locator("form[data-cosign]")
    for tick in cosign.locator("[data-must-tick]").all():
        tick.check()
    cosign.get_by_role("button", name="Sign this ruling too").click()
    expect(cosign.locator("[data-action-error]")).to_contain_text("does not match what you see (trade id)")
    assert dora.page.locator(SHEET).count() == 0
    dora.page.unroute_all(behavior="wait")
    for tick in cosign.locator("[data-must-tick]").all():
        tick.uncheck()
